import { UsageError } from '../command.ts';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2026-11-21`, `2026-11-21T08:00`, `2026-11-21T08:00:00.5+01:00`. */
const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * A moment as a person gives it: `2h` for two hours before now, or a time, UTC unless it says otherwise.
 * @param flag - what was given, for the message
 * @returns milliseconds since the epoch
 * @throws UsageError naming the flag
 */
export const momentOf = (flag: string, text: string, now: number): number => {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number !== undefined) return now - Number(number) * unitMs[unit as keyof typeof unitMs];
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10));
  // A date alone is UTC by itself; a time without a zone would be the machine's.
  const moment = isoTime.test(text) ? Date.parse(text.includes('T') && !hasZone ? `${text}Z` : text) : NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(
    `--${flag}: must be a time before now such as 30m, 2h or 7d, or a time such as 2026-11-21T08:00Z, is "${text}"`,
  );
};
