import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Breakers } from '../../lambdas/enrichment/breakers.ts';
import type { BatchResult, RecordResult } from '../../lambdas/enrichment/enrich-batch.ts';
import type { HeldReject } from '../../lambdas/enrichment/guard-batch.ts';
import { holdFor, placeHold, type HoldReason } from '../../lambdas/enrichment/place-holds.ts';
import {
  HeldError,
  MisconfiguredError,
  type PlatformError,
  UnavailableError,
} from '../../lambdas/shared/errors/platform-error.ts';
import type { HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { holdsInMemory, noControls } from '../support/controls.ts';
import { record } from '../support/events.ts';

const shard = 'shardId-000000000000';
const records = [0, 1, 2].map((n) => record(n));
const stored: RecordResult = { kind: 'stored' };
const unfinished = (error: PlatformError): RecordResult => ({ kind: 'unfinished', error });
const away = (dependency: string): RecordResult => unfinished(new UnavailableError(dependency, 'away'));

const openFor = (open: Partial<Record<keyof Breakers, number>>): Breakers => {
  const { breakers } = noControls();
  const breaker = (name: keyof Breakers) => ({ ...breakers[name], openForMs: () => open[name] ?? 0 });
  return {
    store: breaker('store'),
    registry: breaker('registry'),
    'entity-state': breaker('entity-state'),
    idempotency: breaker('idempotency'),
    'dead-letter-bucket': breaker('dead-letter-bucket'),
    'parked-queue': breaker('parked-queue'),
  };
};
const resultOf = (...results: RecordResult[]): BatchResult => ({
  records: results,
  resumeFrom: records[results.findIndex(({ kind }) => kind === 'unfinished')],
});
const wantedFor = (result: BatchResult, breakers: Breakers, heldBack: readonly HeldReject[] = []) =>
  holdFor({ records, result, heldBack }, breakers, 60_000);

const trip = { reason: 'broken-rule', ofReason: 90, rejected: 120, of: 200, from: '1001' };

describe('a batch', () => {
  it('that is finished calls for no hold, whatever is away', () => {
    expect(wantedFor(resultOf(stored, stored, stored), openFor({ store: 600_000 }))).toBeUndefined();
  });

  it.each([
    ['not before its breaker has been open for as long', 59_999, undefined],
    [
      'once its breaker has been open for as long',
      60_000,
      { cause: 'outage', reason: 'store', why: 'store has been away for 60 s', from: { [shard]: '1001' } },
    ],
  ])('with records that wait for a dependency holds its source %s', (_, openMs, hold) => {
    const result = resultOf(stored, away('store'), away('store'));
    expect(wantedFor(result, openFor({ store: openMs }))).toEqual(hold);
  });

  it('holds its source for what its own records wait for, and for nothing else', () => {
    expect(wantedFor(resultOf(stored, away('entity-state'), stored), openFor({ store: 600_000 }))).toBeUndefined();
    expect(wantedFor(resultOf(away('schema'), away('time'), stored), openFor({ registry: 600_000 }))).toBeUndefined();
    const both = resultOf(away('schema'), away('registry'), stored);
    expect(wantedFor(both, openFor({ registry: 600_000 }))).toMatchObject({
      reason: 'registry',
      from: { [shard]: '1000' },
    });
  });

  it('that held rejects back holds its source for their reason, from the first of them', () => {
    const held = unfinished(new HeldError('not parked'));
    const heldBack = [{ trip, record: records[1]! }];
    expect(wantedFor(resultOf(away('store'), held, held), openFor({ store: 600_000 }), heldBack)).toEqual({
      cause: 'rejects',
      reason: 'broken-rule',
      why: '120 of 200 records rejected, 90 of them as broken-rule',
      from: { [shard]: '1001' },
    });
  });

  it('that was halted holds its source from its first record, before anything else', () => {
    const halted = new MisconfiguredError('reader', 'market-quote: our reader cannot read version 3');
    const result = { ...resultOf(...records.map(() => unfinished(halted))), halted };
    expect(wantedFor(result, openFor({ store: 600_000 }), [{ trip, record: records[1]! }])).toEqual({
      cause: 'halt',
      reason: 'reader',
      why: 'market-quote: our reader cannot read version 3',
      from: { [shard]: '1000' },
    });
  });
});

describe('placing a hold', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  const halt: HoldReason = { cause: 'halt', reason: 'reader', why: 'because', from: { [shard]: '1000' } };
  const placing = (holds: HoldStore) => {
    const counts: Record<string, number> = {};
    const telemetry = {
      countByReason: (metric: string, reason: string, value: number) =>
        void (counts[`${metric}/${reason}`] = (counts[`${metric}/${reason}`] ?? 0) + value),
      error: () => {},
    } as unknown as Telemetry;
    const startedAt = Date.now();
    const place = async (wanted: HoldReason) => {
      await placeHold(
        { holds, telemetry, source: 'market', by: 'function', deadline: startedAt + 30_000, now: Date.now },
        wanted,
      );
      return Date.now() - startedAt;
    };
    return { counts, place };
  };
  const broken = (times: number): HoldStore => {
    const holds = holdsInMemory();
    let left = times;
    return {
      ...holds,
      place: (wanted) => (left-- > 0 ? Promise.reject(new UnavailableError('controls', 'away')) : holds.place(wanted)),
    };
  };

  it('says who, why and from where, and waits for nothing', async () => {
    const holds = holdsInMemory();
    const { counts, place } = placing(holds);
    expect(await place(halt)).toBe(0);
    expect(holds.latest('market')).toMatchObject({ ...halt, number: 1, by: 'function', standing: true });
    expect(counts).toEqual({ 'HoldsPlaced/halt': 1 });
  });

  it('does nothing where one stands', async () => {
    const holds = holdsInMemory();
    const { counts, place } = placing(holds);
    await place(halt);
    expect(await place({ ...halt, cause: 'rejects' })).toBe(0);
    expect(holds.latest('market')).toMatchObject({ cause: 'halt', number: 1 });
    expect(counts).toEqual({ 'HoldsPlaced/halt': 1 });
  });

  it.each(['halt', 'rejects'] as const)('for %s waits out its time where the table is away', async (cause) => {
    const { counts, place } = placing(broken(1_000));
    const placed = place({ ...halt, cause });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await placed).toBe(30_000);
    expect(counts).toEqual({ 'HoldsNotPlaced/controls': 31 });
  });

  it('ends its wait when the table is back', async () => {
    const { counts, place } = placing(broken(3));
    const placed = place(halt);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await placed).toBe(3_000);
    expect(counts).toMatchObject({ 'HoldsPlaced/halt': 1 });
  });

  it('for an outage is tried once: the batch has waited already', async () => {
    const { counts, place } = placing(broken(1_000));
    expect(await place({ ...halt, cause: 'outage' })).toBe(0);
    expect(counts).toEqual({ 'HoldsNotPlaced/controls': 1 });
  });
});
