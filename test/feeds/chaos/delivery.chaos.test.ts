import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitDelivery } from '../../../bin/local/await-delivery.ts';
import { beforeMark } from '../../../bin/local/chaos/kill-relay.ts';
import { relay, type DeliveryWatch } from '../../../bin/local/delivery.ts';
import { createFeed } from '../../../bin/local/feed.ts';
import { openPlatform, setting, type Platform } from '../../../bin/local/platform.ts';
import { synthesize } from '../../../bin/local/synthesize.ts';
import type { FamilyAccount } from '../../../feeds/account/delivery/delivery-book.ts';
import { formatDelivery } from '../../../feeds/account/delivery/format-delivery.ts';
import { takeAccount } from '../../../feeds/account/take-account.ts';
import { systemClock } from '../../../feeds/clock.ts';
import { sendFeed } from '../../../feeds/send-feed.ts';
import { startLocal, type LocalRun } from '../../../local/run.ts';

const never = new AbortController().signal;
const { now, sleep } = systemClock(never);
const rate = 200;

let dir: string;
let run: LocalRun;
let platform: Platform;
let watch: DeliveryWatch;
let feeding: Promise<void>;
let over: AbortController;
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-delivery-'));
  await chmod(dir, 0o755);
  const assemblyDir = join(dir, 'cdk.out');
  await synthesize(assemblyDir, never);
  run = await startLocal({ assemblyDir, dataDir: join(dir, 'data'), progress: say });
  platform = openPlatform(run, sleep);
  watch = await platform.delivery.watch(say);
  over = new AbortController();
  const feed = createFeed({ simulate: { rate, seed: 7, wrongPercent: 0 } }, platform.encoder, systemClock(over.signal));
  feeding = sendFeed(feed, platform.senders, () => {}, over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
});
afterEach(async () => {
  over.abort();
  await feeding;
  await watch.subscriber.close();
  platform.close();
  await run.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

/** Ends the feed, waits for what is on its way, and takes the account. */
const account = async () => {
  over.abort();
  await feeding;
  const since = now();
  await expect.poll(() => platform.isCaughtUp(since), { timeout: 120_000 }).toBe(true);
  const { subscriber } = watch;
  await awaitDelivery({ now, sleep, say, subscriber, progress: () => platform.delivery.progress() });
  const { balances, delivery } = await takeAccount(platform.readers, watch);
  if (!delivery) throw new Error('nobody had subscribed');
  console.log(formatDelivery(delivery).join('\n'));
  expect({ balances, faults: delivery.examples }).toEqual({ balances: true, faults: [] });
  return delivery.families;
};
const sum = (families: readonly FamilyAccount[], of: (family: FamilyAccount) => number): number =>
  families.reduce((total, family) => total + of(family), 0);
const of = (families: readonly FamilyAccount[], delivery: 'each' | 'latest') =>
  families.filter((family) => family.delivery === delivery);

describe('the relay, killed between publishing and marking', () => {
  it('fifty times under load, misses no number and gives none to two bodies', async () => {
    // As deployed a lease outlives its relay by up to fifteen seconds, and fifty of those would be a long test.
    const undo = run.functions.reconfigure(relay, () => ({ LEASE_SECONDS: '2' }));
    const [source] = platform.running;
    if (!source) throw new Error('there is no source');
    const point = beforeMark({
      functions: run.functions,
      connect: () => run.world.postgres.admin(setting(source, 'DATABASE_NAME')),
    });
    let kills = 0;
    for (const until = now() + 600_000; kills < 50 && now() < until;) if (await point.strike(never)) kills += 1;
    expect(kills).toBe(50);
    undo();
    const families = await account();
    // Each kill left at least one message that was published and not marked: it came again.
    expect(sum(families, ({ repeats }) => repeats)).toBeGreaterThanOrEqual(50);
    expect(sum(families, ({ byResume, skipped }) => byResume + skipped)).toBe(0);
  });
});

describe('the relay, stopped and started again', () => {
  it('freezes what clients see, then jumps to now where only the newest counts, and makes up for the rest in order', async () => {
    const { log } = watch;
    await expect.poll(() => log.pushed.events, { timeout: 60_000 }).toBeGreaterThan(200);
    const mappings = run.world.queuePollers.list().filter(({ functionArn }) => functionArn.endsWith(`:${relay}`));
    expect(mappings).toHaveLength(1);
    for (const { uuid } of mappings) run.world.queuePollers.setEnabled(uuid, false);
    run.functions.kill(relay);
    await sleep(1_000);
    const frozen = { ...log.pushed };
    const positionsBefore = log.channels().find(({ channel }) => channel.startsWith('match/positions/'))?.highest ?? 0;
    await sleep(15_000);
    expect(log.pushed).toEqual(frozen);
    const { unsent } = await platform.delivery.progress();
    expect(unsent).toBeGreaterThan(20);

    for (const { uuid } of mappings) run.world.queuePollers.setEnabled(uuid, true);
    const startedAt = now();
    await expect.poll(() => log.pushed.messages, { timeout: 60_000 }).toBeGreaterThan(frozen.messages);
    await expect
      .poll(async () => ((await platform.delivery.progress()).waitingSince ?? now()) > startedAt, { timeout: 60_000 })
      .toBe(true);
    const positions = log.channels().find(({ channel }) => channel.startsWith('match/positions/'));
    // What it had missed of a quarter of a minute is one message or two, not the seventy-five of its rate.
    const madeUpFor = [...(positions?.numbers ?? [])].filter(
      ([number, { receivedAt }]) => number > positionsBefore && receivedAt < startedAt + 1_000,
    );
    expect(madeUpFor.length).toBeLessThan(20);
    const families = await account();
    // In order: the account has no push behind a later one, and every post and broadcast event was pushed.
    expect(sum(of(families, 'each'), ({ byPush }) => byPush)).toBe(sum(of(families, 'each'), ({ events }) => events));
    const latest = of(families, 'latest').find(({ family }) => family === 'match/positions');
    expect(latest?.superseded).toBeGreaterThan(latest?.events ?? 0);
  });
});

describe('a client that is cut off for half a minute', () => {
  it('resumes with nothing missing and nothing twice', async () => {
    const { log, subscriber } = watch;
    await expect.poll(() => log.pushed.events, { timeout: 60_000 }).toBeGreaterThan(100);
    subscriber.cut();
    await sleep(30_000);
    subscriber.mend();
    await expect.poll(() => subscriber.reconnects() === 1 && subscriber.isIdle(), { timeout: 60_000 }).toBe(true);
    await sleep(2_000);
    const families = await account();
    const each = of(families, 'each');
    expect(sum(each, ({ byResume }) => byResume)).toBeGreaterThan(0);
    expect(sum(each, ({ events }) => events)).toBe(sum(each, ({ messages }) => messages));
    // Nothing of `latest` is made up for message by message: a snapshot stands for what was missed.
    expect(sum(of(families, 'latest'), ({ skipped }) => skipped)).toBeGreaterThan(0);
    expect(sum(of(families, 'latest'), ({ byResume }) => byResume)).toBe(0);
  });
});
