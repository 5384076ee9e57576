import { describe, expect, it } from 'vitest';
import { createRates } from '../../../bin/local/page/count-sent.ts';
import { createOnDemand } from '../../../bin/local/page/on-demand-account.ts';
import { readRelay, readSource } from '../../../bin/local/page/read-line.ts';
import type { TakenAccount } from '../../../console/page/status.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

const now = 1_700_000_100_400;
const second = 1_700_000_100_000;
const times = { now, startedAt: now - 3_600_000 };

describe('what the line does', () => {
  const metrics = createMetricsStore();
  const put = (dimensions: Record<string, string>, name: string, value: number, secondsAgo: number): void =>
    metrics.put('Millrace', dimensions, name, value, 'Count', second - secondsAgo * 1_000);
  const market = { source: 'market', service: 'enrichment' };
  put(market, 'Stored', 1_000, 0); // the second that is not over
  for (const ago of [1, 2, 3, 4, 5]) put(market, 'Stored', 20, ago);
  put(market, 'Stored', 500, 30);
  put({ ...market, reason: 'broken-rule' }, 'Rejected', 5, 2);
  put({ ...market, reason: 'undecodable' }, 'Rejected', 10, 4);
  put({ source: 'social', service: 'enrichment' }, 'Stored', 7, 2);
  put(market, 'Lag', 12, 1);
  put(market, 'Lag', 300, 9);
  put(market, 'Lag', 9_000, 60);

  it('is told a second over the five that are over, so that the present one makes nothing dip', () => {
    expect(readSource(metrics, 'market', 21, times)).toMatchObject({ arrivingPerSecond: 21, storedPerSecond: 20 });
  });

  it('counts rejects of every reason', () => {
    expect(readSource(metrics, 'market', 0, times)).toMatchObject({ rejectedPerSecond: 3, rejected: 15 });
  });

  it('has the longest lag of the last ten seconds, and none without records', () => {
    expect(readSource(metrics, 'market', 0, times).lagMs).toBe(300);
    expect(readSource(metrics, 'social', 0, times).lagMs).toBeNull();
  });

  it('has a minute of history, a value a second, with nothing where nothing was', () => {
    const { history } = readSource(metrics, 'market', 0, times);
    expect(history).toHaveLength(60);
    expect(history.slice(-6)).toEqual([0, 20, 20, 20, 20, 20]);
    expect(history[30]).toBe(500);
  });

  it('has no history of the time before it ran', () => {
    const { history } = readSource(metrics, 'market', 0, { now, startedAt: second - 3_000 });
    expect(history).toEqual([20, 20, 20]);
  });

  it('knows the relay by its metrics, and what waits as it is now', () => {
    const delivery = { service: 'delivery' };
    for (const ago of [1, 2]) put(delivery, 'Published', 50, ago);
    put({ ...delivery, reason: 'throttled' }, 'PublishFailed', 10, 3);
    // What a sweep saw is up to a minute old.
    put(delivery, 'Unsent', 40, 20);
    put(delivery, 'OldestUnsent', 9, 20);
    expect(readRelay(metrics, { unsent: 3, waitingSince: now - 2_000 }, times)).toMatchObject({
      publishedPerSecond: 20,
      failedPerSecond: 2,
      published: 100,
      unsent: 3,
      oldestUnsentMs: 2_000,
    });
  });

  it('has nothing that waits where nothing does, and says so where nobody knows', () => {
    const empty = createMetricsStore();
    expect(readRelay(empty, { unsent: 0, waitingSince: undefined }, times)).toMatchObject({
      unsent: 0,
      oldestUnsentMs: null,
    });
    expect(readRelay(empty, undefined, times)).toMatchObject({ unsent: null, oldestUnsentMs: null });
  });
});

describe('rates of what is sent', () => {
  it('forget what is older than they look', () => {
    let time = 0;
    const rates = createRates(() => time);
    for (; time < 20_000; time += 500) rates.count('market', 10);
    expect(rates.perSecond('market', 5)).toBe(20);
    time += 60_000;
    expect(rates.perSecond('market', 5)).toBe(0);
    expect(rates.perSecond('social', 5)).toBe(0);
  });
});

describe('an account on demand', () => {
  const taken: TakenAccount = { until: 1, tookMs: 1, balances: true, sources: [], deliveries: null };

  it('is taken once for all who ask meanwhile, and not again at once', async () => {
    let count = 0;
    let time = 0;
    const account = createOnDemand(
      async () => {
        count += 1;
        await Promise.resolve();
        return taken;
      },
      { now: () => time, patienceMs: 1_000 },
    );
    expect(account.status()).toEqual({ taking: false, last: null, error: null });
    const both = [account.take(), account.take()];
    expect(account.status().taking).toBe(true);
    await Promise.all(both);
    await account.take();
    expect(count).toBe(1);
    expect(account.status()).toEqual({ taking: false, last: taken, error: null });
    time += 10_000;
    await account.take();
    expect(count).toBe(2);
  });

  it('keeps the last one when one fails, says why, and can be asked for again', async () => {
    let fails = false;
    let time = 0;
    const account = createOnDemand(
      () => (fails ? Promise.reject(new Error('the database is away')) : Promise.resolve(taken)),
      { now: () => time, patienceMs: 1_000 },
    );
    await account.take();
    fails = true;
    time += 10_000;
    await account.take();
    expect(account.status()).toEqual({ taking: false, last: taken, error: 'no account: the database is away' });
  });

  it('is given up after its patience', async () => {
    const account = createOnDemand(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { now: Date.now, patienceMs: 20 },
    );
    await account.take();
    expect(account.status().error).toBe('no account within 0.02 s');
  });
});
