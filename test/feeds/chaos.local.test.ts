import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFaults } from '../../bin/local/chaos/create-faults.ts';
import { lookAtDelivery } from '../../bin/local/chaos/delivered-until.ts';
import { runChaos } from '../../bin/local/chaos/run-chaos.ts';
import { watchTraffic } from '../../bin/local/chaos/traffic.ts';
import { openPlatform } from '../../bin/local/platform.ts';
import { synthesize } from '../../bin/local/synthesize.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { systemClock } from '../../feeds/clock.ts';
import { quoteEvent } from '../../feeds/sources/market.ts';
import { atRate } from '../../feeds/simulation/at-rate.ts';
import { sendFeed } from '../../feeds/send-feed.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';

/** Longer than an id that is really unknown is borne with. */
const forMs = 4_500;
const times = { leadMs: 500, pauseMs: 200, longestRecoveryMs: 120_000 };
const rate = 400;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let dir: string;
let run: LocalRun | undefined;
const lines: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-chaos-'));
  await chmod(dir, 0o755);
  await synthesize(join(dir, 'cdk.out'), new AbortController().signal);
}, 120_000);
afterEach(() => run?.stop());
afterAll(() => rm(dir, { recursive: true }));

const start = async (): Promise<LocalRun> => {
  run = await startLocal({
    assemblyDir: join(dir, 'cdk.out'),
    dataDir: join(dir, 'data'),
    progress: (line) => lines.push(line),
  });
  return run;
};

const each =
  <T>(make: () => T) =>
  (count: number): T[] =>
    Array.from({ length: count }, make);

const account = async (local: LocalRun) => {
  const platform = openPlatform(local, sleep);
  const since = Date.now();
  await expect.poll(() => platform.isCaughtUp(since), { timeout: 120_000 }).toBe(true);
  const { balances, sources } = await takeAccount(platform.readers);
  platform.close();
  return { balances, market: sources.find(({ source }) => source === 'market') };
};

describe('faults under a feed of good records', () => {
  it('cost no record, though some come with a schema version that no function knows', async () => {
    const local = await start();
    const platform = openPlatform(local, sleep);
    const failures: Error[] = [];
    void local.failed.then((error) => failures.push(error));
    const outcomes = new Set<string>();
    local.world.pollers.onBatch(({ outcome }) => outcomes.add(outcome));

    const over = new AbortController();
    let sent = 0;
    const quotes = atRate(
      rate,
      each(() => {
        sent += 1;
        const occurredAt = Date.now() * 1_000 + (sent % 1_000);
        // Few, or the functions would be behind, writing their states, and meet the unknown ids too late.
        const symbol = `S${sent % 20}/USD`;
        const { subject, event, ...rest } = quoteEvent({ symbol, occurredAt, bid: 1, ask: 2, volume: 3 });
        return { ...rest, data: platform.encoder.encode(subject, event, { compression: 'none' }) };
      }),
      systemClock(over.signal),
    );
    const { senders: watched, traffic } = watchTraffic(platform.senders);
    const feeding = sendFeed(quotes, watched, () => {}, over.signal).catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
    const end = new AbortController().signal;
    const say = (line: string): void => void lines.push(line);
    const { senders } = platform;
    const { subscriber } = await platform.delivery.watch(say);
    const delivery = lookAtDelivery(() => platform.delivery.progress(), subscriber, Date.now);
    const results = await runChaos({
      steps: [
        { names: ['postgres-down'], forMs },
        { names: ['registry-down'], forMs },
      ],
      faults: createFaults({
        run: local,
        platform,
        subscriber,
        senders,
        traffic,
        fed: ['market'],
        random: () => 0.5,
        say,
        hurry: end,
      }),
      functions: local.functions,
      pollers: local.world.pollers,
      platform,
      deliveredUntil: delivery.until,
      end,
      say,
      times,
    });
    await delivery.stop();
    await subscriber.close();
    over.abort();
    await feeding;
    platform.close();

    const { balances, market } = await account(local);
    expect(market?.classes).toMatchObject({ stored: market?.records, deadLetter: 0, lost: 0 });
    expect(balances).toBe(true);
    expect(market?.records).toBeGreaterThan(2 * rate);
    // On a busy machine an attempt may end before its dependency is back; none is ever the last.
    expect(outcomes).toContain('finished');
    expect(outcomes).not.toContain('given-up');
    expect(failures).toEqual([]);

    expect(lines.join('\n')).toMatch(/postgres-down: for 4\.5 s from now[^]*postgres-down: caught up \d+\.\d s later/);
    expect(results.map(({ name }) => name)).toEqual(['postgres-down', 'registry-down']);
    for (const { recoveredMs, longestLagMs, peakMemoryMb, counts } of results) {
      expect(recoveredMs).toBeGreaterThanOrEqual(0);
      expect(longestLagMs).toBeGreaterThan(forMs / 2);
      expect(peakMemoryMb).toBeGreaterThan(50);
      for (const { count } of counts) expect(count).toBeGreaterThan(0);
    }
    const ahead = results[1]?.counts.find(({ what }) => what.includes('schema versions'));
    expect(ahead?.count).toBeGreaterThan(50);
  });

  it('leave data over which the next run still takes its account', async () => {
    const { balances, market } = await account(await start());
    expect(balances).toBe(true);
    expect(market?.classes).toMatchObject({ stored: market?.records, deadLetter: 0, lost: 0 });
  });
});
