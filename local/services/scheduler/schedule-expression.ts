const MINUTE = 60_000;
const unitMs: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE };

/** When a schedule fires: at fixed distances from its creation, at a minute (of an hour, or of every hour), or once. */
export type Timing =
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly minute: number; readonly hour: number | 'every' }
  | { readonly kind: 'at'; readonly at: number };

const wholeIn = (text: string, limit: number): number | undefined => {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value < limit ? value : undefined;
};

const parseRate = (inside: string): Timing | undefined => {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(inside) ?? [];
  const everyMs = Number(count) * (unitMs[unit] ?? 0);
  return everyMs > 0 ? { kind: 'rate', everyMs } : undefined;
};

const parseCron = (inside: string): Timing | undefined => {
  const [minuteText = '', hourText = '', ...days] = inside.trim().split(/\s+/);
  const minute = wholeIn(minuteText, 60);
  const hour = hourText === '*' ? 'every' : wholeIn(hourText, 24);
  const everyDay = days.length === 4 && days.every((field) => field === '*' || field === '?');
  return minute !== undefined && hour !== undefined && everyDay ? { kind: 'cron', minute, hour } : undefined;
};

const parseAt = (inside: string): Timing | undefined => {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inside) ? Date.parse(`${inside}Z`) : Number.NaN;
  return Number.isNaN(at) ? undefined : { kind: 'at', at };
};

const parsers: Readonly<Record<string, (inside: string) => Timing | undefined>> = {
  rate: parseRate,
  cron: parseCron,
  at: parseAt,
};

/**
 * Reads `rate(5 minutes)`, `cron(30 2 * * ? *)`, `cron(0 * * * ? *)` or `at(2026-11-21T08:00:00)`, in UTC.
 *
 * @returns `undefined` for what the local Scheduler does not know: lists, ranges, steps and days in a cron expression
 */
export const parseExpression = (expression: string): Timing | undefined => {
  const [, kind = '', inside = ''] = /^(\w+)\((.*)\)$/.exec(expression.trim()) ?? [];
  return parsers[kind]?.(inside);
};

const nextCron = (minute: number, hour: number | 'every', after: number): number => {
  const step = hour === 'every' ? 60 * MINUTE : 24 * 60 * MINUTE;
  const offset = minute * MINUTE + (hour === 'every' ? 0 : hour * 60 * MINUTE);
  // Days and hours in UTC are multiples since the epoch: no calendar needed.
  return Math.floor((after - offset) / step) * step + offset + step;
};

/**
 * The next time a schedule fires after `after`; milliseconds since the epoch. A rate fires at its creation, too, as
 * in AWS when no start date is given.
 */
export const nextFiring = (timing: Timing, createdAt: number, after: number): number | undefined => {
  switch (timing.kind) {
    case 'rate':
      return after < createdAt
        ? createdAt
        : createdAt + (Math.floor((after - createdAt) / timing.everyMs) + 1) * timing.everyMs;
    case 'cron':
      return nextCron(timing.minute, timing.hour, after);
    case 'at':
      return timing.at > after ? timing.at : undefined;
    default:
      return timing satisfies never;
  }
};
