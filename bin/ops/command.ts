import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { flagFault } from '../flag-fault.ts';

/** A subcommand of the operator's CLI. */
export interface Command {
  readonly summary: string;
  readonly help: string;
  /** Words that may follow it, each a command of its own. */
  readonly commands?: Readonly<Record<string, Command>>;
  /** @returns the exit status: 0 when all is well, 1 when something is not */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** The command line is wrong: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const environments = ['local', 'dev', 'staging', 'prod'];

/** What every command understands. */
const common = { env: { type: 'string', default: 'local' }, json: { type: 'boolean', default: false } } as const;

export interface CommonOptions {
  readonly env: string;
  readonly json: boolean;
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** @throws UsageError naming the option or value that is not understood */
export const parseOptions = (args: readonly string[], own: ParseArgsOptionsConfig = {}): CommonOptions => {
  const options = { ...common, ...own };
  const fault = flagFault(args, options);
  if (fault !== undefined) throw new UsageError(`${fault}; --help lists the options`);
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const env = values['env'];
  if (!environments.includes(env))
    throw new UsageError(`--env: must be one of ${environments.join(', ')}, is "${env}"; --help lists the options`);
  return { env, json: values['json'], positionals, values };
};
