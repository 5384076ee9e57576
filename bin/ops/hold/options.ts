import { userInfo } from 'node:os';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { UsageError, type CommonOptions } from '../command.ts';
import { listSources } from '../sources.ts';

/** Of what an operator does to a hold. */
export const stepOptions = { why: { type: 'string' }, by: { type: 'string' } } as const;

const longestText = 500;

const textOf = (flag: string, value: unknown): string => {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw new UsageError(`--${flag}: must say something`);
  if (text.length > longestText) throw new UsageError(`--${flag}: must have ${longestText} characters at most`);
  return text;
};

/** The one source that is named, why, and who does it: whoever is logged in, unless said otherwise. */
export const readStep = (
  command: string,
  { positionals, values }: Pick<CommonOptions, 'positionals' | 'values'>,
): { readonly source: string; readonly why: string; readonly by: string } => {
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new UsageError(`hold ${command}: give one source`);
  if (values['why'] === undefined)
    throw new UsageError(`hold ${command}: say why with --why "…": whoever looks at it next wants to know`);
  return { source, why: textOf('why', values['why']), by: textOf('by', values['by'] ?? userInfo().username) };
};

/** @throws UsageError naming the sources that there are */
export const checkSource = async (lambda: LambdaClient, env: string, source: string): Promise<void> => {
  const known = await listSources(lambda, env);
  if (known.includes(source)) return;
  throw new UsageError(
    known.length === 0
      ? `${env} has no source with a mapping: is the enrichment stack deployed?`
      : `there is no source "${source}" in ${env}; there are: ${known.join(', ')}`,
  );
};

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
/** Longer than any backlog takes, and short enough that a guard is not forgotten. */
const longestParkMs = 24 * unitMs.h;

/** `15m` → milliseconds. @throws UsageError where it is no such time, or too long */
export const parkMs = (text: string): number => {
  const [, number, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const ms = Number(number) * unitMs[unit as keyof typeof unitMs];
  if (ms > 0 && ms <= longestParkMs) return ms;
  throw new UsageError(`--park: must be a time from 1s to 24h, such as 15m, is "${text}"`);
};
