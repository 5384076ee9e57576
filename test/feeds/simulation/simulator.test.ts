import { describe, expect, it } from 'vitest';
import { createIdentify } from '../../../feeds/account/identify.ts';
import { keyOf } from '../../../feeds/account/evidence.ts';
import type { FeedRecord } from '../../../feeds/feed-event.ts';
import { naturalRate, paceOf } from '../../../feeds/simulation/pace.ts';
import { createSimulator } from '../../../feeds/simulation/simulator.ts';
import { wrongKinds } from '../../../feeds/wrong/wrong-kinds.ts';
import { emptyRegistry } from '../support/empty-registry.ts';
import { encoder, schemaIds } from '../support/encoder.ts';
import { judge } from '../support/judge.ts';

const start = Date.UTC(2026, 10, 21, 9);

interface Run {
  readonly records: readonly FeedRecord[];
  /** Milliseconds, when the last of them was made. */
  readonly end: number;
}

/** A simulation with a clock that goes on as its records are made, a tenth of a second at a time. */
const run = (
  seconds: number,
  options: { seed?: number; rate?: number; wrongPercent?: number; at?: number } = {},
): Run => {
  const { seed = 1, rate = naturalRate, wrongPercent = 1, at = start } = options;
  let now = at;
  const make = createSimulator({ seed, rate, wrongPercent, encoder, now: () => now });
  const records: FeedRecord[] = [];
  for (let tick = 1; tick <= seconds * 10; tick += 1) {
    now = at + tick * 100;
    records.push(...make(Math.floor((rate * tick) / 10) - Math.floor((rate * (tick - 1)) / 10)));
  }
  return { records, end: now };
};

const rightOnes = ({ records }: Run): FeedRecord[] => records.filter(({ wrong }) => wrong === undefined);
const identify = (records: readonly FeedRecord[]) =>
  createIdentify(
    schemaIds,
    emptyRegistry,
  )(records.map(({ data }, n) => ({ bytes: data, arrivedAt: 0, sequenceNumber: String(n) })));

describe('the simulation', () => {
  it('makes the same for the same seed, and other things for another', () => {
    const bytes = (seed: number) => rightOnes(run(2, { seed })).map(({ data }) => data.toString('hex'));
    expect(bytes(5)).toEqual(bytes(5));
    expect(bytes(5)).not.toEqual(bytes(6));
  });

  it('makes the same however many are asked for at once', async () => {
    const keys = async (size: number): Promise<readonly string[]> => {
      const make = createSimulator({ seed: 3, rate: 500, wrongPercent: 10, encoder, now: () => start });
      const all: FeedRecord[] = [];
      while (all.length < 600) all.push(...make(size));
      const right = all.filter(({ wrong }) => wrong === undefined);
      return [...new Set((await identify(right)).map((identity) => identity && keyOf(identity)))].slice(
        0,
        500,
      ) as string[];
    };
    await expect(keys(600)).resolves.toEqual(await keys(7));
  });

  it('has all sources in their proportions, of which the match takes most', () => {
    const { records } = run(30);
    const share = (source: string) => records.filter((record) => record.source === source).length / records.length;
    expect(share('stadium-sensors')).toBeCloseTo(0.92, 1);
    expect(share('market')).toBeGreaterThan(0.03);
    expect(share('social')).toBeGreaterThan(0.002);
    expect(share('broadcast')).toBeGreaterThan(0.001);
  });

  it.each([
    ['at its default rate', 1, 10, {}],
    ['with nothing wrong', 2, 3, { wrongPercent: 0 }],
    ['with a third wrong', 3, 2, { wrongPercent: 30 }],
    ['with much of it wrong', 4, 1, { wrongPercent: 40 }],
    ['fast', 5, 0.5, { rate: 10_000 }],
    ['slow', 6, 60, { rate: 10 }],
  ])(
    '%s: what is right is taken by its enricher, and what is wrong rejected with its reason',
    async (_, seed, seconds, options) => {
      const { records, end } = run(seconds, { seed, ...options });
      for (const [source, of] of Map.groupBy(records, (record) => record.source)) {
        const judged = await judge(
          source,
          of.map(({ data }) => data),
          end,
        );
        const odd = judged.flatMap((judgement, n) => {
          const { wrong } = of[n] as FeedRecord;
          const reason = 'rejected' in judgement ? judgement.rejected : 'right';
          // A conflict is right by itself.
          const expected = wrong === undefined || wrong.reason === 'conflict' ? 'right' : wrong.reason;
          return reason === expected ? [] : [{ source, kind: wrong?.name, expected, judgement }];
        });
        expect(odd).toEqual([]);
      }
    },
  );

  it.each([
    [0, 2],
    [1, 30],
    [7.5, 5],
    [40, 10],
  ])('makes %d %% wrong, of each source less than half', (wrongPercent, seconds) => {
    const { records } = run(seconds, { wrongPercent });
    const wrong = records.filter((record) => record.wrong);
    expect(wrong.length).toBeGreaterThan((records.length * wrongPercent) / 100 - 10);
    expect(wrong.length).toBeLessThan((records.length * wrongPercent) / 100 + 10);
    for (const [source, of] of Map.groupBy(records, (record) => record.source)) {
      // What a shard's last records are judged by: never so much in a row, however few they are.
      for (let from = 0; from < of.length; from += 1) {
        const next = of.slice(from, from + 40);
        const most = next.filter((record) => record.wrong).length;
        expect(most, `${source} from ${from}`).toBeLessThanOrEqual(next.length / 2 + 1);
      }
    }
  });

  it('makes every kind of wrong in turn', () => {
    const { records } = run(240, { wrongPercent: 2 });
    expect(new Set(records.flatMap((record) => record.wrong ?? [])).size).toBe(wrongKinds.length);
  });

  it('gives no two right records one key but in resends, which have the same content in other bytes', async () => {
    const right = rightOnes(run(15));
    const identities = await identify(right);
    const first = new Map<string, number>();
    const again: number[] = [];
    identities.forEach((identity, n) => {
      if (!identity) throw new Error('right records have an identity');
      const before = first.get(keyOf(identity));
      if (before === undefined) return first.set(keyOf(identity), n);
      expect(identity).toEqual(identities[before]);
      expect(right[n]?.data.equals(right[before]?.data ?? Buffer.alloc(0))).toBe(false);
      return again.push(n);
    });
    expect(again.length / right.length).toBeCloseTo(0.01, 3);
    expect(new Set(again.map((n) => right[n]?.source)).size).toBeGreaterThan(1);
  });

  it('contradicts with what was made in an earlier call only', async () => {
    const make = createSimulator({ seed: 1, rate: 500, wrongPercent: 50, encoder, now: () => start });
    const before = new Set<string>();
    let conflicts = 0;
    for (let call = 0; call < 12; call += 1) {
      const records = make(100);
      const identities = await identify(records);
      records.forEach(({ wrong }, n) => {
        const identity = identities[n];
        if (wrong?.reason !== 'conflict' || !identity) return;
        conflicts += 1;
        expect(before).toContain(keyOf(identity));
      });
      for (const [n, identity] of identities.entries())
        if (identity && records[n]?.wrong === undefined) before.add(keyOf(identity));
    }
    expect(conflicts).toBeGreaterThan(10);
  });

  it('of a second run has nothing to do with the first, though the seed is the same', async () => {
    const first = run(5);
    const keys = new Set((await identify(rightOnes(first))).map((identity) => identity && keyOf(identity)));
    const second = await identify(rightOnes(run(5, { at: first.end + 1 })));
    expect(second.filter((identity) => identity && keys.has(keyOf(identity)))).toEqual([]);
  });

  it('has no event that is ahead of the clock, whatever the rate', async () => {
    for (const rate of [1, 10, 333, 500, 7_000]) {
      const { records, end } = run(Math.max(2, 100 / rate), { rate, wrongPercent: 0 });
      const [last] = await judge(
        'stadium-sensors',
        records
          .filter(({ source }) => source === 'stadium-sensors')
          .slice(-1)
          .map(({ data }) => data),
        end,
      );
      const { header } = last && 'event' in last ? last.event : { header: { occurredAt: 0 } };
      expect(header.occurredAt / 1000 - end).toBeLessThan(paceOf(rate, 0).frameMs + 1);
      expect(end - header.occurredAt / 1000).toBeLessThan(Math.max(1_200, 2 * paceOf(rate, 0).frameMs));
    }
  });
});

describe('the pace', () => {
  it('is twenty frames a second where one record in a hundred is wrong', () => {
    expect(naturalRate).toBe(500);
    expect(paceOf(500, 1)).toEqual({ frameMs: 50, recordsPerFrame: 24.5 });
  });

  it('stretches and shrinks the frame, which never takes more than its share', () => {
    expect(paceOf(250, 1).frameMs).toBe(100);
    expect(paceOf(500, 30).frameMs).toBe(72);
    expect(paceOf(1, 90).frameMs).toBe(60_000);
    for (const rate of [10, 333, 1_234, 50_000]) expect(paceOf(rate, 1).recordsPerFrame).toBeGreaterThanOrEqual(24.499);
  });
});
