import { describe, expect, it } from 'vitest';
import { mayEndAt, placed, released, type Hold, type HoldCause } from '../../../lambdas/shared/holds/hold.ts';

const begin = Date.UTC(2026, 10, 21, 12);
const minute = (n: number): string => new Date(begin + n * 60_000).toISOString();

/** Holds that follow each other, each set and released at a minute. */
type Past = readonly (readonly [cause: HoldCause, reason: string, setAt: number, releasedAt?: number])[];

const latestOf = (past: Past): Hold => {
  let hold: Hold | undefined;
  for (const [cause, reason, setAt, releasedAt] of past) {
    const step = { source: 'market', by: 'test', why: '' };
    hold = placed(hold, { ...step, cause, reason, from: {}, at: minute(setAt) }) as Hold;
    if (releasedAt === undefined) continue;
    hold = released(hold, { ...step, number: hold.number, at: minute(releasedAt) }) as Hold;
  }
  return hold as Hold;
};
const many = (count: number, everyMinutes: number): Past =>
  Array.from({ length: count }, (_, n) => ['halt', 'store', n * everyMinutes, n * everyMinutes + 1] as const);

type Case = readonly [what: string, past: Past, again: number, seconds: number];
const cases: readonly Case[] = [
  ['the first', [['halt', 'store', 0]], 0, 5],
  [
    'the second',
    [
      ['halt', 'store', 0, 1],
      ['halt', 'store', 2],
    ],
    1,
    10,
  ],
  ['the sixth', many(6, 2), 5, 160],
  ['the eighth', many(8, 2), 7, 640],
  ['the ninth', many(9, 2), 8, 900],
  ['the two thousandth', many(2_000, 2), 1_999, 900],
  [
    'one an hour after the last',
    [
      ['halt', 'store', 0, 1],
      ['halt', 'store', 61],
    ],
    0,
    5,
  ],
  [
    'one just within the hour',
    [
      ['halt', 'store', 0, 1],
      ['halt', 'store', 60.99],
    ],
    1,
    10,
  ],
  [
    'one for another reason',
    [
      ['outage', 'store', 0, 1],
      ['outage', 'registry', 2],
    ],
    0,
    5,
  ],
  [
    'one for another cause',
    [
      ['outage', 'store', 0, 1],
      ['halt', 'store', 2],
    ],
    0,
    5,
  ],
  [
    'a storm, whatever its reason',
    [
      ['rejects', 'conflict', 0, 1],
      ['rejects', 'undecodable', 2],
    ],
    1,
    10,
  ],
];

describe('a hold that comes again', () => {
  it.each(cases)('%s', (_, past, again, seconds) => {
    const hold = latestOf(past);
    expect([hold.again ?? 0, mayEndAt(hold) - Date.parse(hold.since)]).toEqual([again, seconds * 1_000]);
  });
});
