import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enrichInRounds, type RoundsDependencies } from '../../lambdas/enrichment/enrich-in-rounds.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import {
  HeldError,
  MisconfiguredError,
  type PlatformError,
  RejectedRecordError,
  UnavailableError,
} from '../../lambdas/shared/errors/platform-error.ts';
import type { DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import { morning, quote, record } from '../support/events.ts';

type Step = DecodedEvent | PlatformError;
const waits = new UnavailableError('schema', 'not known yet');
const reject = new RejectedRecordError('undecodable', 'decode', 'not Avro');
const unknown = new RejectedRecordError('unknown-schema', 'decode', 'nobody registered it');
const misconfigured = new MisconfiguredError('reader', 'cannot resolve');
const event = (n: number): DecodedEvent => quote({}, { sourceEventId: `q${n}` });

/** A world that says what it was asked, in order. @param later - what becomes of the records that wait, by their number */
const worldOf = (steps: readonly Step[], later: Readonly<Record<number, Step>>, held = false) => {
  const calls: string[] = [];
  const numberOf = (sequenceNumber: string): number => Number(sequenceNumber) - 1000;
  const dependencies: RoundsDependencies = {
    decodeOnce: async () => steps,
    decodeWaiting: async (records) => {
      calls.push(`wait ${records.length}`);
      return records.map(({ position }) => later[numberOf(position.sequenceNumber)] ?? waits);
    },
    enrichers: market.enrichers,
    rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
    record: async (events) => {
      calls.push(`record ${events.length}`);
      return events.map(() => 'stored' as const);
    },
    guard: async (records, results) => {
      calls.push(`guard ${results.map(({ kind }) => kind).join(' ')}`);
      return records.map((_, n) => (held && results[n]?.kind === 'rejected' ? new HeldError('not parked') : undefined));
    },
    park: async (rejects) => {
      calls.push(`park ${rejects.length}`);
      return rejects.map(() => undefined);
    },
    project: async (events) => events.map(() => undefined),
    wake: async (events) => void calls.push(`wake ${events.length}`),
    now: () => morning / 1000,
  };
  const run = () =>
    enrichInRounds(
      dependencies,
      steps.map((_, n) => record(n)),
    );
  return { calls, run };
};

describe('a batch in which a record waits for its schema', () => {
  it('has stored and parked all others before it waits', async () => {
    const { calls, run } = worldOf([event(0), waits, reject, event(3)], { 1: unknown });
    const { records, resumeFrom } = await run();
    expect(calls).toEqual([
      'record 2',
      'guard stored rejected stored unfinished',
      'wake 2',
      'park 1',
      'wait 1',
      'record 0',
      'guard rejected',
      'wake 0',
      'park 1',
    ]);
    expect(records.map(({ kind }) => kind)).toEqual(['stored', 'rejected', 'rejected', 'stored']);
    expect(resumeFrom).toBeUndefined();
  });

  it('goes on from it where it still waits, though later ones are finished', async () => {
    const { run } = worldOf([event(0), waits, event(2)], {});
    const { records, resumeFrom } = await run();
    expect(records.map(({ kind }) => kind)).toEqual(['stored', 'unfinished', 'stored']);
    expect(resumeFrom?.position).toEqual(record(1).position);
  });

  it('parks nothing that the guard holds back, in either round, and goes on from the first', async () => {
    const { calls, run } = worldOf([event(0), waits, reject], { 1: unknown }, true);
    const { records, resumeFrom } = await run();
    expect(calls.filter((call) => call.startsWith('park'))).toEqual(['park 0', 'park 0']);
    expect(records.map(({ kind }) => kind)).toEqual(['stored', 'unfinished', 'unfinished']);
    expect(resumeFrom?.position).toEqual(record(1).position);
  });

  it('does not wait where none does', async () => {
    const { calls, run } = worldOf([event(0), reject], {});
    await run();
    expect(calls).toEqual(['record 1', 'guard stored rejected', 'wake 1', 'park 1']);
  });

  it.each([
    ['before', [misconfigured, waits], {}],
    ['after', [event(0), waits], { 1: misconfigured }],
  ])('is answered from its first where nothing can go on, seen %s the wait', async (_, steps, later) => {
    const { records, resumeFrom } = await worldOf(steps, later).run();
    expect(resumeFrom?.position).toEqual(record(0).position);
    expect(records.map(({ kind }) => kind)).toEqual(['unfinished', 'unfinished']);
  });

  it('gives every record what it would have got in one round, in its place', async () => {
    const step = fc.constantFrom<'event' | 'reject' | 'late' | 'unknown' | 'waits'>(
      'event',
      'reject',
      'late',
      'unknown',
      'waits',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (kinds) => {
        const steps = kinds.map((kind, n) => (kind === 'event' ? event(n) : kind === 'reject' ? reject : waits));
        const later: Record<number, Step> = {};
        kinds.forEach((kind, n) => {
          if (kind === 'late') later[n] = event(n);
          if (kind === 'unknown') later[n] = unknown;
        });
        const { records, resumeFrom } = await worldOf(steps, later).run();
        const expected = {
          event: 'stored',
          late: 'stored',
          reject: 'rejected',
          unknown: 'rejected',
          waits: 'unfinished',
        };
        expect(records.map(({ kind }) => kind)).toEqual(kinds.map((kind) => expected[kind]));
        const first = kinds.indexOf('waits');
        expect(resumeFrom?.position).toEqual(first < 0 ? undefined : record(first).position);
      }),
    );
  });
});
