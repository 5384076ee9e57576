import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPlatform } from '../../bin/local/platform.ts';
import { synthesize } from '../../bin/local/synthesize.ts';
import { takeAway } from '../../bin/local/take-away.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { systemClock } from '../../feeds/clock.ts';
import { quoteEvent } from '../../feeds/sources/market.ts';
import { atRate } from '../../feeds/simulation/at-rate.ts';
import { sendFeed } from '../../feeds/send-feed.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';

/** Longer than an id that is really unknown is borne with. */
const times = { leadMs: 500, eachMs: 4_500, pauseMs: 200, longestRecoveryMs: 30_000 };
const rate = 400;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let dir: string;
let run: LocalRun | undefined;
const lines: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-take-away-'));
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
  await expect.poll(() => platform.isCaughtUp(since), { timeout: 60_000 }).toBe(true);
  const { balances, sources } = await takeAccount(platform.readers);
  platform.close();
  return { balances, market: sources.find(({ source }) => source === 'market') };
};

describe('services taken away under a feed of good records', () => {
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
    const feeding = sendFeed(quotes, platform.senders, () => {}, over.signal).catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
    const end = new AbortController().signal;
    await takeAway({ services: ['postgres', 'registry'], run: local, platform, end, times });
    over.abort();
    await feeding;
    platform.close();

    const { balances, market } = await account(local);
    expect(market?.classes).toMatchObject({ stored: market?.records, deadLetter: 0, lost: 0 });
    expect(balances).toBe(true);
    expect(market?.records).toBeGreaterThan(2 * rate);
    expect([...outcomes]).toEqual(['finished']);
    expect(failures).toEqual([]);

    const said = lines.join('\n');
    expect(said).toMatch(/PostgreSQL away: for 4\.5 s from now[^]*PostgreSQL away: caught up \d+\.\d s later/);
    const [, ahead] = /registry away: (\d+) records have been made with schema versions/.exec(said) ?? [];
    expect(Number(ahead)).toBeGreaterThan(50);
  });

  it('leave data over which the next run still takes its account', async () => {
    const { balances, market } = await account(await start());
    expect(balances).toBe(true);
    expect(market?.classes).toMatchObject({ stored: market?.records, deadLetter: 0, lost: 0 });
  });
});
