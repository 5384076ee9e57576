import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRejectGuard } from '../../lambdas/enrichment/reject-guard.ts';
import { createVerdictStore, type VerdictStore } from '../../lambdas/enrichment/verdict-store.ts';
import type { Verdict } from '../../lambdas/enrichment/verdicts.ts';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { verdictsInMemory } from '../support/controls.ts';

const shard = { stream: 'millrace-test-market', shard: 'shardId-000000000000' };

const guardOn = (verdicts: VerdictStore, deployment = 'd1') => {
  const alone: unknown[] = [];
  let time = 0;
  const guard = createRejectGuard({ verdicts, deployment, now: () => time, onAlone: (error) => alone.push(error) });
  return {
    alone,
    pass: (ms: number) => (time += ms),
    judge: (records: readonly Verdict[], holdNumber = 0, of = shard) => guard.judge(of, records, holdNumber),
  };
};

const batch = (first: number, ...reasons: readonly (string | null)[]): Verdict[] =>
  reasons.map((reason, n) => ({ sequenceNumber: String(first + n), reason }));
const rejects = (first: number, count: number): Verdict[] =>
  batch(first, ...Array.from({ length: count }, () => 'broken-rule'));
const fine = (first: number, count: number): Verdict[] => batch(first, ...Array.from({ length: count }, () => null));

describe('the guard', () => {
  it('sees a storm over small batches that any instance reads', async () => {
    const stored = verdictsInMemory();
    const instances = [guardOn(stored), guardOn(stored), guardOn(stored)];
    const trips: boolean[] = [];
    for (let n = 0; n < 5; n += 1) trips.push((await instances[n % 3]?.judge(rejects(1 + n * 4, 4))) !== undefined);
    expect(trips).toEqual([false, false, false, false, true]);
  });

  it('sees a storm in a shard that was well, though each of its lanes reads half of it', async () => {
    const stored = verdictsInMemory();
    const lanes = [guardOn(stored), guardOn(stored)];
    for (const [n, lane] of lanes.entries()) expect(await lane.judge(fine(1 + n * 300, 300))).toBeUndefined();
    let wrong = 0;
    while (wrong < 300 && !(await lanes[(wrong / 5) % 2]?.judge(rejects(601 + wrong, 5)))) wrong += 5;
    // Without each other's, each would see its own 101st when 200 have come.
    expect(wrong).toBeLessThanOrEqual(105);
  });

  it('sees a storm whose twentieth reject is read by a lane that is behind the other', async () => {
    const stored = verdictsInMemory();
    const [ahead, behind] = [guardOn(stored), guardOn(stored)];
    expect(await ahead.judge(rejects(101, 19))).toBeUndefined();
    expect(await behind.judge(rejects(1, 1))).toMatchObject({ rejected: 20, of: 20, from: '1' });
  });

  it('counts nothing twice, though every batch is delivered again to another instance', async () => {
    const stored = verdictsInMemory();
    for (let n = 0; n < 10; n += 1) expect(await guardOn(stored).judge(rejects(1, 19))).toBeUndefined();
    expect(await guardOn(stored).judge(rejects(1, 20))).toMatchObject({ rejected: 20, of: 20 });
  });

  it('sees a storm in the lane that lags, though its neighbour is thousands of records ahead and well', async () => {
    const stored = verdictsInMemory();
    const lanes = [guardOn(stored), guardOn(stored)];
    let parked = 0;
    for (let n = 0; n < 10; n += 1) {
      await lanes[n % 2]?.judge(fine(100_000 + n * 250, 250));
      if (await lanes[n % 2]?.judge(rejects(5_000 + n * 60, 60))) break;
      parked += 60;
    }
    // One lane has read 100 of its own by then; the second has them from the table.
    expect(parked).toBe(60);
  });

  it('holds no new deployment for the 40 in a hundred that a producer has wrong', async () => {
    const [seed] = fc.sample(fc.noBias(fc.infiniteStream(fc.nat(99))), { numRuns: 1, seed: 20_261_121 });
    for (let n = 0; n < 200; n += 1) {
      const guard = guardOn(verdictsInMemory());
      for (let first = 1; first < 180; first += 20) {
        const records = fine(first, 20).map((one) => ({
          ...one,
          reason: (seed?.next().value as number) < 40 ? 'broken-rule' : null,
        }));
        expect(await guard.judge(records)).toBeUndefined();
      }
    }
  });

  it('looks at each shard by itself', async () => {
    const stored = verdictsInMemory();
    const guard = guardOn(stored);
    expect(await guard.judge(rejects(1, 15))).toBeUndefined();
    expect(await guard.judge(rejects(1, 15), 0, { ...shard, shard: 'shardId-000000000001' })).toBeUndefined();
  });

  it('begins anew with a deployment, so that a bad one is seen at its 20th reject', async () => {
    const stored = verdictsInMemory();
    expect(await guardOn(stored, 'good').judge(fine(1, 500))).toBeUndefined();
    expect(await guardOn(stored, 'good').judge(rejects(501, 20))).toBeUndefined();
    expect(await guardOn(stored, 'bad').judge(rejects(521, 20))).toMatchObject({ rejected: 20, of: 20 });
  });

  it('begins anew when a hold was released, and then lets pass what its probe has seen', async () => {
    const stored = verdictsInMemory();
    const guard = guardOn(stored);
    expect(await guard.judge(rejects(1, 30))).toBeDefined();
    expect(await guard.judge(rejects(1, 100), 1)).toBeUndefined();
    expect(await guardOn(stored).judge(rejects(1, 100), 1)).toBeUndefined();
    expect(await guard.judge(rejects(101, 1), 1)).toMatchObject({ rejected: 101, of: 200 });
  });

  it('is out of 200 from the start when the hold that was released ended with a deploy', async () => {
    const stored = verdictsInMemory();
    expect(await guardOn(stored, 'bad').judge(rejects(1, 30))).toBeDefined();
    const fixed = guardOn(stored, 'fixed');
    expect(await fixed.judge(rejects(1, 100), 1)).toBeUndefined();
    expect(await fixed.judge(rejects(101, 1), 1)).toMatchObject({ rejected: 101, of: 200 });
  });

  it('sees a bad deploy at its 20th reject also when the last thing before it was a release', async () => {
    const stored = verdictsInMemory();
    const good = guardOn(stored, 'good');
    await good.judge(fine(1, 300));
    await good.judge(fine(301, 50), 1);
    expect(await guardOn(stored, 'bad').judge(rejects(351, 20), 1)).toMatchObject({ rejected: 20, of: 20 });
  });

  it('goes by the later hold where another instance has seen it end', async () => {
    const stored = verdictsInMemory();
    const late = guardOn(stored);
    expect(await late.judge(rejects(1, 30), 1)).toBeDefined();
    await guardOn(stored).judge(rejects(31, 5), 2);
    expect(await late.judge(rejects(36, 5), 1)).toBeUndefined();
  });

  it('neither reads nor writes for a shard with few rejects', async () => {
    const stored = verdictsInMemory();
    const guard = guardOn(stored);
    await guard.judge(fine(1, 300));
    const { reads, writes } = stored.calls;
    for (let n = 0; n < 100; n += 1) await guard.judge([...fine(301 + n * 50, 49), ...rejects(350 + n * 50, 1)]);
    expect(stored.calls).toEqual({ reads, writes });
    expect(reads).toBe(1);
  });

  it('leaves no storm in the table that is over: what comes after ten rejects is shared until they are gone', async () => {
    const stored = verdictsInMemory();
    const guard = guardOn(stored);
    await guard.judge(fine(1, 300));
    await guard.judge(rejects(301, 90));
    for (let n = 0; n < 30; n += 1) await guard.judge(fine(391 + n * 10, 10));
    const { verdicts } = await stored.read(shard);
    expect(verdicts?.records.filter(({ reason }) => reason !== null).length).toBeLessThan(10);
  });

  it('judges by what the instance knows while the table is away, and asks it again after a while', async () => {
    const stored = verdictsInMemory();
    let away = true;
    let asked = 0;
    const flaky: VerdictStore = {
      ...stored,
      read: (of) => {
        asked += 1;
        return away ? Promise.reject(new UnavailableError('controls', 'away')) : stored.read(of);
      },
    };
    const guard = guardOn(flaky);
    expect(await guard.judge(rejects(1, 10))).toBeUndefined();
    expect(await guard.judge(rejects(11, 9))).toBeUndefined();
    expect(await guard.judge(rejects(20, 1))).toMatchObject({ rejected: 20 });
    expect([asked, guard.alone.length]).toEqual([1, 1]);
    away = false;
    guard.pass(5_000);
    await guard.judge(rejects(21, 1));
    expect((await stored.read(shard)).verdicts?.records.length).toBe(21);
  });

  it('throws what is a bug of ours, and no outage', async () => {
    const broken = guardOn({ ...verdictsInMemory(), read: () => Promise.reject(new TypeError('not a function')) });
    await expect(broken.judge(rejects(1, 20))).rejects.toThrow(TypeError);
    expect(broken.alone).toEqual([]);
  });

  it('gives up a write that others always overtake, and says so', async () => {
    const guard = guardOn({ ...verdictsInMemory(), write: async () => false });
    expect(await guard.judge(rejects(1, 20))).toBeDefined();
    expect(guard.alone).toEqual([undefined]);
  });

  it('never holds at one reject in a hundred, in 100,000 records in batches of any size', async () => {
    const seed = fc.sample(fc.infiniteStream(fc.nat(9_999)), { numRuns: 1, seed: 20_261_121 })[0] as Iterator<number>;
    const pick = (): number => seed.next().value as number;
    const guard = guardOn(verdictsInMemory());
    for (let first = 1; first <= 100_000;) {
      const size = 1 + (pick() % 200);
      const records = fine(first, size).map((one) => ({ ...one, reason: pick() < 100 ? 'broken-rule' : null }));
      expect(await guard.judge(records)).toBeUndefined();
      first += size;
    }
  });
});

const item = { revision: 7, deployment: 'd1', holdNumber: 0, full: false, reasons: ['conflict'] };

describe('the table of verdicts', () => {
  let aws: AwsServices;
  beforeAll(async () => {
    aws = await startAwsServices();
  });
  afterAll(() => aws.stop());

  it('gives back what was written, to whoever has seen the last of it', async () => {
    const store = createVerdictStore(aws.dynamodb, 'controls');
    const verdicts = { deployment: 'd1', holdNumber: 2, full: true, records: [...fine(1, 3), ...rejects(4, 2)] };
    expect(await store.read(shard)).toEqual({ verdicts: undefined, revision: 0 });
    expect(await store.write(shard, verdicts, 0, 0)).toBe(true);
    expect(await store.write(shard, { ...verdicts, records: [] }, 0, 0)).toBe(false);
    expect(await store.read(shard)).toEqual({ verdicts, revision: 1 });
    expect(await store.write(shard, { ...verdicts, records: fine(1, 1) }, 1, 0)).toBe(true);
    expect((await store.read(shard)).verdicts?.records).toEqual(fine(1, 1));
  });

  it('loses nothing of lanes that write at once', async () => {
    const lanes = Array.from({ length: 3 }, () => guardOn(createVerdictStore(aws.dynamodb, 'controls')));
    const other = { ...shard, shard: 'shardId-000000000007' };
    await Promise.all(lanes.map((lane, n) => lane.judge(rejects(1 + n * 6, 6), 0, other)));
    const { verdicts } = await createVerdictStore(aws.dynamodb, 'controls').read(other);
    expect(verdicts?.records).toEqual(rejects(1, 18));
  });

  it.each([
    ['lacks a part', { revision: 7, deployment: 'd1' }, 7],
    ['is cut short', { ...item, coded: Uint8Array.from([9, 1]) }, 7],
    ['names no reason', { ...item, coded: Uint8Array.from([1, 1, 5]) }, 7],
    ['has no revision', { deployment: 'd1' }, 0],
  ])('has an item that %s: it is taken for none, and written anew', async (name, stored, revision) => {
    const odd = { ...shard, shard: name };
    const id = `verdicts/${odd.stream}/${odd.shard}`;
    await DynamoDBDocumentClient.from(aws.dynamodb).send(
      new PutCommand({ TableName: 'controls', Item: { id, ...stored } }),
    );
    const store = createVerdictStore(aws.dynamodb, 'controls');
    expect(await store.read(odd)).toEqual({ verdicts: undefined, revision });
    const verdicts = { deployment: 'd1', holdNumber: 0, full: false, behind: '2', records: rejects(1, 2) };
    expect(await store.write(odd, verdicts, revision, 0)).toBe(true);
    expect(await store.read(odd)).toEqual({ verdicts, revision: revision + 1 });
  });

  it('that is not there says that we are misconfigured', async () => {
    const store = createVerdictStore(aws.dynamodb, 'no-such-table');
    const records = { deployment: 'd1', holdNumber: 0, full: false, records: [] };
    await expect(store.read(shard)).rejects.toMatchObject({ disposition: 'halt', reason: 'controls' });
    await expect(store.write(shard, records, 0, 0)).rejects.toMatchObject({ reason: 'controls' });
  });
});
