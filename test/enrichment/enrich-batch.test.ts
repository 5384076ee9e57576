import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enrichBatch, type BatchDependencies } from '../../lambdas/enrichment/enrich-batch.ts';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import type { Outcome } from '../../lambdas/enrichment/event-store.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import {
  HeldError,
  MisconfiguredError,
  RejectedRecordError,
  UnavailableError,
  type PlatformError,
} from '../../lambdas/shared/errors/platform-error.ts';
import type { DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import { morning, quote, record } from '../support/events.ts';

const unavailable = new UnavailableError('store', 'down');
const misconfigured = new MisconfiguredError('store', 'no rights');
const conflict = new RejectedRecordError('conflict', 'record', 'another content');
const undecodable = new RejectedRecordError('undecodable', 'decode', 'not Avro');

describe('a batch', () => {
  it('stores, projects, wakes and parks nothing when all is well, and answers nothing', async () => {
    const world = fakeWorld([good(), good()]);
    const { resumeFrom } = await world.run();
    expect(resumeFrom).toBeUndefined();
    expect(world.recorded).toEqual([1000, 1001]);
    expect(world.projected).toEqual([1000, 1001]);
    expect(world.woken).toEqual([1000, 1001]);
    expect(world.parked).toEqual([]);
  });

  it('parks what cannot be decoded or breaks a rule, with its reason, and stores the rest', async () => {
    const world = fakeWorld([undecodable, good(), quote({ bid: -1 })]);
    const { records, resumeFrom } = await world.run();
    expect(resumeFrom).toBeUndefined();
    expect(world.recorded).toEqual([1001]);
    expect(world.parked).toEqual(['1000 undecodable', '1002 broken-rule']);
    expect(records.map(({ kind }) => kind)).toEqual(['rejected', 'stored', 'rejected']);
  });

  it('parks a conflict, shows nothing of it and wakes nobody for it', async () => {
    const world = fakeWorld([good(), good()], { outcomes: ['stored', conflict] });
    await world.run();
    expect(world.parked).toEqual(['1001 conflict']);
    expect(world.projected).toEqual([1000]);
    expect(world.woken).toEqual([1000]);
  });

  it('parks, projects and wakes again when a redelivery inserts nothing', async () => {
    const world = fakeWorld([undecodable, good()], { outcomes: ['duplicate'] });
    await world.run();
    expect(world.parked).toEqual(['1000 undecodable']);
    expect(world.projected).toEqual([1001]);
    expect(world.woken).toEqual([1001]);
  });

  it('wakes when the statement has answered, and beside parking and projecting', async () => {
    const world = fakeWorld([good(), undecodable]);
    await world.run();
    expect(world.order.indexOf('record')).toBeLessThan(world.order.indexOf('wake'));
    expect(world.order.toSorted()).toEqual(['park', 'project', 'record', 'wake']);
  });

  it('parks no reject that its guard holds back, stores the rest, and answers the first of those', async () => {
    const world = fakeWorld([good(), undecodable, good(), undecodable], { holds: (index) => index > 1 });
    const { records, resumeFrom } = await world.run();
    expect(world.parked).toEqual(['1001 undecodable']);
    expect(world.projected).toEqual([1000, 1002]);
    expect(records.map(({ kind }) => kind)).toEqual(['stored', 'rejected', 'stored', 'unfinished']);
    expect(resumeFrom?.position.sequenceNumber).toBe('1003');
  });

  it('answers the lowest record that is not finished, and finishes the others', async () => {
    const world = fakeWorld([good(), unavailable, undecodable, good()], { outcomes: ['stored', 'stored'] });
    const { resumeFrom } = await world.run();
    expect(resumeFrom?.position.sequenceNumber).toBe('1001');
    expect(world.recorded).toEqual([1000, 1003]);
    expect(world.parked).toEqual(['1002 undecodable']);
  });

  it('parks nothing of what an outage stopped', async () => {
    const world = fakeWorld([good(), good()], { outcomes: [unavailable, unavailable] });
    const { resumeFrom } = await world.run();
    expect(resumeFrom?.position.sequenceNumber).toBe('1000');
    expect(world.parked).toEqual([]);
    expect(world.projected).toEqual([]);
    expect(world.woken).toEqual([]);
  });

  it.each(['park', 'project'] as const)('answers a record whose %s failed', async (step) => {
    const world = fakeWorld([good(), undecodable], { fails: { [step]: unavailable } });
    const { resumeFrom } = await world.run();
    expect(resumeFrom?.position.sequenceNumber).toBe(step === 'park' ? '1001' : '1000');
  });

  it.each([
    ['decoding', { records: [good(), misconfigured] }],
    ['the store', { records: [good(), good()], outcomes: ['stored', misconfigured] as Outcome[] }],
    ['parking', { records: [good(), undecodable], fails: { park: misconfigured } }],
  ])('answers its first record when %s says halt', async (_, { records, ...faults }) => {
    const { resumeFrom } = await fakeWorld(records, faults).run();
    expect(resumeFrom?.position.sequenceNumber).toBe('1000');
  });

  it('crashes on a bug, so that bisecting can bring it down to its record', async () => {
    const world = fakeWorld([good(), good()], {
      enrich: () => {
        throw new TypeError('a bug in an enricher');
      },
    });
    await expect(world.run()).rejects.toThrow('a bug in an enricher');
    expect(world.recorded).toEqual([]);
  });

  it('accounts for every record exactly once, whatever happens to each', async () => {
    const input = fc.constantFrom<() => Input>(
      good,
      () => quote({ bid: -1 }),
      () => undecodable,
      () => unavailable,
    );
    const outcome = fc.constantFrom<Outcome>('stored', 'duplicate', conflict, unavailable);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(input, outcome), { minLength: 1, maxLength: 30 }), async (cases) => {
        const inputs = cases.map(([make]) => make());
        const outcomes = cases.flatMap(([make, result]) => (make === good ? [result] : []));
        const world = fakeWorld(inputs, { outcomes });
        const { records, resumeFrom } = await world.run();
        const kinds = (kind: string): number => records.filter((result) => result.kind === kind).length;
        expect(world.parked.length).toBe(kinds('rejected'));
        expect(world.projected.length).toBe(kinds('stored') + kinds('duplicate'));
        expect(world.woken).toEqual(world.projected);
        expect(kinds('rejected') + kinds('stored') + kinds('duplicate') + kinds('unfinished')).toBe(cases.length);
        const first = records.findIndex(({ kind }) => kind === 'unfinished');
        expect(resumeFrom?.position.sequenceNumber).toBe(first < 0 ? undefined : String(1000 + first));
      }),
    );
  });
});

type Input = DecodedEvent | PlatformError;

const good = (): DecodedEvent => quote();

interface Faults {
  readonly outcomes?: readonly Outcome[];
  readonly fails?: { readonly park?: PlatformError; readonly project?: PlatformError };
  readonly enrich?: (event: DecodedEvent) => void;
  readonly holds?: (index: number) => boolean;
}

const fakeWorld = (inputs: readonly Input[], { outcomes, fails = {}, enrich, holds }: Faults = {}) => {
  const recorded: number[] = [];
  const projected: number[] = [];
  const woken: number[] = [];
  const parked: string[] = [];
  const order: string[] = [];
  const numbers = (events: readonly EnrichedEvent[]) => events.map(({ position }) => Number(position.sequenceNumber));
  const named = inputs.map((input, n) =>
    input instanceof Error ? input : { ...input, header: { ...input.header, sourceEventId: `id-${n}` } },
  );
  const dependencies: BatchDependencies = {
    decode: async () => named,
    enrichers: {
      'market-quote': (event) => {
        enrich?.(event);
        return market.enrichers['market-quote']!(event);
      },
    },
    rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
    record: async (events) => {
      order.push('record');
      recorded.push(...numbers(events));
      return outcomes ?? events.map(() => 'stored');
    },
    guard: async (records) => records.map((_, n) => (holds?.(n) ? new HeldError('not parked') : undefined)),
    park: async (rejects) => {
      order.push('park');
      parked.push(...rejects.map((reject) => `${reject.record.position.sequenceNumber} ${reject.error.reason}`));
      return rejects.map(() => fails.park);
    },
    project: async (events) => {
      order.push('project');
      projected.push(...numbers(events));
      return events.map(() => fails.project);
    },
    wake: async (events) => {
      order.push('wake');
      woken.push(...numbers(events));
    },
    now: () => morning / 1000,
  };
  return {
    recorded,
    projected,
    woken,
    parked,
    order,
    run: () =>
      enrichBatch(
        dependencies,
        inputs.map((_, n) => record(n)),
      ),
  };
};
