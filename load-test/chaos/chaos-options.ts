import { parseArgs } from 'node:util';
import { readChaos, type ChaosStep } from '../../bin/local/chaos/chaos-steps.ts';
import { faultNames } from '../../bin/local/chaos/fault-names.ts';
import { flagFault } from '../../bin/flag-fault.ts';

export const help = 'Usage: npm run chaos -- [--for 60s] [--rate 500] [--only FAULT,…] [--write]';

export interface ChaosOptions {
  readonly chaos: readonly ChaosStep[];
  /** Records a second. */
  readonly rate: number;
  /** As the command line has it: `60s`. */
  readonly forText: string;
  readonly write: boolean;
}

const flags = {
  write: { type: 'boolean', default: false },
  for: { type: 'string', default: '60s' },
  rate: { type: 'string', default: '500' },
  only: { type: 'string', default: faultNames.join(',') },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined where help was asked for
 * @throws Error naming the option that is wrong
 */
export const readChaosOptions = (args: readonly string[]): ChaosOptions | undefined => {
  const fault = flagFault(args, flags);
  if (fault !== undefined) throw new Error(fault);
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  if (values.help) return undefined;
  if (positionals.length > 0) throw new Error(`"${positionals[0]}" is no option`);
  const rate = /^\d+(\.\d+)?$/.test(values.rate) ? Number(values.rate) : NaN;
  if (!(rate >= 1 && rate <= 50_000)) throw new Error(`--rate must be a number from 1 to 50000, is "${values.rate}"`);
  const chaos = readChaos(values.only.split(',').map((name) => `${name}:${values.for}`));
  const measured = new Set(chaos.filter(({ names }) => names.length === 1).flatMap(({ names }) => names));
  if (values.write && measured.size < faultNames.length)
    throw new Error('--write replaces the whole table: it takes every fault, and so no --only');
  return { chaos, rate, forText: values.for, write: values.write };
};
