import { describe, expect, it } from 'vitest';
import type { RecordResult } from '../../lambdas/enrichment/enrich-batch.ts';
import { guardBatch } from '../../lambdas/enrichment/guard-batch.ts';
import { createRejectGuard } from '../../lambdas/enrichment/reject-guard.ts';
import { RejectedRecordError, UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import type { Hold } from '../../lambdas/shared/holds/hold.ts';
import { everythingParked, verdictsInMemory } from '../support/controls.ts';
import { morning, record } from '../support/events.ts';

const rejected: RecordResult = {
  kind: 'rejected',
  error: new RejectedRecordError('broken-rule', 'validate', 'bid: must be above zero'),
  correlationId: null,
};
const waits: RecordResult = { kind: 'unfinished', error: new UnavailableError('store', 'away') };
const stored: RecordResult = { kind: 'stored' };
const times = (count: number, result: RecordResult): RecordResult[] => Array.from({ length: count }, () => result);

const guardOf = (latest?: Hold) => {
  const rejects = createRejectGuard({
    verdicts: verdictsInMemory(),
    deployment: 'd',
    now: () => morning / 1000,
    onAlone: () => {},
  });
  const { guard, heldBack } = guardBatch(rejects, latest, () => morning / 1000);
  const judge = async (results: readonly RecordResult[], first = 0): Promise<number> => {
    const errors = await guard(
      results.map((_, n) => record(first + n)),
      results,
    );
    expect(errors.length).toBe(results.length);
    return errors.filter((error) => error?.reason === 'held').length;
  };
  return { judge, heldBack };
};

describe('the guard of an invocation', () => {
  it('holds every reject of a storm back, and nothing else', async () => {
    const { judge, heldBack } = guardOf();
    expect(await judge([...times(5, stored), ...times(30, rejected), ...times(5, stored)])).toBe(30);
    expect(heldBack().map(({ record: { position } }) => position.sequenceNumber)).toEqual(['1005']);
  });

  it('lets pass what was rejected more than 200 records before the storm', async () => {
    const { judge, heldBack } = guardOf();
    const results = [...times(300, stored), rejected, ...times(300, stored), ...times(150, rejected)];
    expect(await judge(results)).toBe(150);
    expect(heldBack().map(({ record: { position } }) => position.sequenceNumber)).toEqual(['1601']);
  });

  it('takes records that wait for records that were not rejected: an outage makes no storm', async () => {
    const { judge } = guardOf();
    expect(await judge([...times(60, waits), ...times(25, rejected)])).toBe(0);
  });

  it('holds the rejects of the second round back as well', async () => {
    const { judge } = guardOf();
    expect(await judge([...times(30, rejected), waits])).toBe(30);
    expect(await judge([rejected], 30)).toBe(1);
  });

  it('lets everything pass until the time an operator has set', async () => {
    const latest = (await everythingParked('market').read('market')) as Hold;
    expect(await guardOf(latest).judge(times(300, rejected))).toBe(0);
    const over = { ...latest, parkUntil: new Date(morning / 1000).toISOString() };
    expect(await guardOf(over).judge(times(300, rejected))).toBe(300);
  });
});
