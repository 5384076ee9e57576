import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../bin/local/session.ts';
import { faultProblems } from '../../../load-test/chaos/fault-problems.ts';

const outcomeOf = (attemptsOf: Readonly<Record<string, number>>): Outcome => ({
  account: { balances: true } as Outcome['account'],
  wrong: { faultCount: 0, unsent: [{ arrivedAt: 1_000, via: 'given-up' }] } as unknown as Outcome['wrong'],
  chaos: [
    {
      name: 'crash-record+bad-deploy',
      begunAt: 0,
      lastedMs: 1_000,
      recoveredMs: 0,
      cut: false,
      longestLagMs: 0,
      mostAttempts: 101,
      attemptsOf,
      peakMemoryMb: 100,
      counts: [],
    },
  ],
  notBegun: [],
  feedError: undefined,
});

describe('attempts at one batch', () => {
  it('may all be spent only by the function that gives up on a record', () => {
    const market = 'millrace-local-enrichment-market';
    const sensors = 'millrace-local-enrichment-stadium-sensors';
    expect(faultProblems(outcomeOf({ [market]: 101, [sensors]: 24 }))).toEqual([]);
    expect(faultProblems(outcomeOf({ [market]: 101, [sensors]: 25 }))).toEqual([
      `crash-record+bad-deploy: 25 attempts of ${sensors} at one batch, more than 24`,
    ]);
    expect(faultProblems(outcomeOf({ [market]: 102 }))).toHaveLength(1);
  });
});
