import { describe, expect, it } from 'vitest';
import { judgeProbe } from '../../../lambdas/operations/holds/judge-probe.ts';
import type { HoldCause } from '../../../lambdas/shared/holds/hold.ts';
import type { ProbeAnswer } from '../../../lambdas/shared/holds/probe.ts';

const now = Date.UTC(2026, 10, 21, 12);
const well = { store: 'ok', 'entity-state': 'ok', 'parked-queue': 'ok', registry: 'ok' };
const answer = (
  away: Readonly<Record<string, string>> = {},
  [valid, rejected]: readonly [number, number] = [200, 0],
  halted: string | null = null,
): ProbeAnswer => ({
  dependencies: { ...well, ...away },
  records: { valid, waiting: 0, rejected: rejected > 0 ? { undecodable: rejected } : {} },
  halted,
});

type Case = readonly [cause: HoldCause, reason: string, answer: ProbeAnswer, outcome: string];
const cases: readonly Case[] = [
  ['outage', 'store', answer(), 'passed'],
  ['outage', 'store', answer({ store: 'store 57P03' }), 'away'],
  // Another dependency has its own hold, when it lasts.
  ['outage', 'store', answer({ registry: 'registry' }), 'passed'],
  // What the probe does not know by name: then everything must be there.
  ['outage', 'schema', answer({ registry: 'registry' }), 'away'],
  ['outage', 'schema', answer(), 'passed'],
  ['outage', 'store', answer({}, [200, 0], 'environment'), 'halted'],
  // The next hold would follow at once.
  ['outage', 'store', answer({}, [99, 101]), 'rejected'],
  // Too few for a hold: they are parked, as they would have been.
  ['outage', 'store', answer({}, [0, 19]), 'passed'],
  ['outage', 'store', answer({}, [0, 20]), 'rejected'],
  ['halt', 'environment', answer({}, [0, 1]), 'passed'],
  ['rejects', 'undecodable', answer({}, [0, 1]), 'rejected'],
  ['rejects', 'undecodable', answer({}, [0, 200]), 'rejected'],
  ['rejects', 'undecodable', answer({}, [99, 101]), 'rejected'],
  ['rejects', 'undecodable', answer({}, [100, 100]), 'passed'],
  ['rejects', 'undecodable', answer({}, [0, 0]), 'passed'],
  ['rejects', 'undecodable', answer({ store: 'store' }), 'passed'],
  ['rejects', 'undecodable', answer({}, [200, 0], 'schema'), 'halted'],
  ['rejects', 'conflict', answer(), 'unseen'],
  ['rejects', 'refused-by-store', answer(), 'unseen'],
  ['halt', 'environment', answer(), 'passed'],
  ['halt', 'environment', answer({}, [200, 0], 'environment'), 'halted'],
  ['halt', 'environment', answer({ 'entity-state': 'entity-state' }), 'away'],
  ['halt', 'environment', answer({}, [0, 20]), 'rejected'],
  // So few place no hold: nothing may wait for an operator because of them.
  ['halt', 'environment', answer({}, [0, 19]), 'passed'],
  ['outage', 'parked-queue', answer({}, [0, 1]), 'passed'],
  ['rejects', 'undecodable', answer({}, [0, 1]), 'rejected'],
];

describe('a probe', () => {
  it.each(cases)('of a hold for %s (%s) that finds %j: %s', (cause, reason, found, outcome) => {
    expect(judgeProbe({ cause, reason }, found, now)).toMatchObject({ outcome });
  });

  it('counts no reject while an operator accepts them, and counts them again after that', () => {
    const hold = { cause: 'rejects' as const, reason: 'conflict', parkUntil: new Date(now + 1).toISOString() };
    expect(judgeProbe(hold, answer({}, [0, 200]), now).outcome).toBe('passed');
    expect(judgeProbe({ ...hold, reason: 'undecodable' }, answer({}, [0, 200]), now + 1).outcome).toBe('rejected');
  });

  it('counts what waits as not rejected', () => {
    const waiting = { ...answer(), records: { valid: 0, waiting: 5, rejected: { 'broken-rule': 3, undecodable: 2 } } };
    expect(judgeProbe({ cause: 'rejects', reason: 'undecodable' }, waiting, now)).toMatchObject({ outcome: 'passed' });
  });

  it('says why in words', () => {
    const why = (...args: Parameters<typeof answer>): string =>
      judgeProbe({ cause: 'outage', reason: 'store' }, answer(...args), now).why;
    expect(why()).toBe('a probe passed: store ok, 0 of 200 records would be rejected');
    expect(why({ store: 'store 57P03' })).toBe('still away: store store 57P03');
    expect(why({}, [1, 20])).toBe('20 of 21 records would be rejected: undecodable 20');
    expect(why({}, [1, 2], 'environment')).toBe('it still halts: environment');
  });
});
