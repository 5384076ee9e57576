import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPlatform } from '../../bin/local/platform.ts';
import { synthesize } from '../../bin/local/synthesize.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';

const functionName = 'millrace-local-enrichment-market';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let dir: string;
let run: LocalRun | undefined;
const servers: Server[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-whole-path-'));
  await chmod(dir, 0o755);
  await synthesize(join(dir, 'cdk.out'), new AbortController().signal);
}, 120_000);
afterEach(async () => {
  await run?.stop();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
afterAll(() => rm(dir, { recursive: true }));

const start = async (data: string): Promise<LocalRun> => {
  run = await startLocal({ assemblyDir: join(dir, 'cdk.out'), dataDir: join(dir, data), progress: () => {} });
  return run;
};

/** Sends quotes of four symbols, the same every time, and waits until the function has finished them. */
const feed = async (local: LocalRun, count: number) => {
  const platform = openPlatform(local, sleep);
  const base = Date.UTC(2026, 10, 21, 8) * 1000;
  const records = Array.from({ length: count }, (_, n) => ({
    partitionKey: `S${n % 4}`,
    data: platform.encoder.encode(
      'market-quote',
      {
        header: { source: 'market', sourceEventId: `q${n}`, occurredAt: base + n * 1_000 },
        symbol: `S${n % 4}/USD`,
        bid: 1 + n / 10_000,
        ask: 2,
      },
      { compression: n % 2 === 0 ? 'none' : 'zlib' },
    ),
  }));
  await platform.senders.get('market')?.(records);
  const sent = Date.now();
  await expect.poll(() => platform.isCaughtUp(sent), { timeout: 60_000 }).toBe(true);
  const account = await takeAccount(platform.readers);
  platform.close();
  return account;
};

/** What the statement keeps besides events; read as the function's own user. */
const windows = async ({ world }: LocalRun): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({
    host: world.postgres.host,
    port: world.postgres.port,
    database: 'millrace',
    user: 'enrichment_market',
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT series, span_seconds, starts_at, count, trim_scale(sum)::text AS sum, first_id, last_id
     FROM millrace.windows ORDER BY series, span_seconds, starts_at`,
  );
  await client.end();
  return rows;
};

/** Stands before DynamoDB and calls back before it passes on the first call of an operation. */
const gate = async (target: string, operation: string, onFirst: () => void): Promise<string> => {
  let open = false;
  const server = createServer((incoming, outgoing) => {
    if (!open && String(incoming.headers['x-amz-target']).endsWith(operation)) {
      open = true;
      onFirst();
    }
    const forwarded = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.on('error', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('the whole path', () => {
  it('stores a feed once, and the same feed again adds nothing and changes no window', async () => {
    const first = await start('twice');
    const once = await feed(first, 3_000);
    expect(once.balances).toBe(true);
    expect(once.sources.find(({ source }) => source === 'market')?.classes).toMatchObject({
      stored: 3_000,
      duplicate: 0,
      deadLetter: 0,
    });
    const before = await windows(first);
    expect(before.length).toBeGreaterThan(0);
    await first.stop();

    const second = await start('twice');
    const twice = await feed(second, 3_000);
    expect(twice.balances).toBe(true);
    expect(twice.sources.find(({ source }) => source === 'market')?.classes).toMatchObject({
      stored: 3_000,
      duplicate: 3_000,
      deadLetter: 0,
    });
    expect(await windows(second)).toEqual(before);
  });

  it('balances when the function is killed behind the statement and before its answer', async () => {
    const local = await start('killed');
    let killed = 0;
    const { dynamodb } = local.world.endpoints;
    // The projection, or what the guard shares of a young shard, is the first write behind the statement; functions are told their endpoints when they start.
    const endpoint = await gate(dynamodb, '.PutItem', () => (killed += local.world.functions.kill(functionName)));
    Object.assign(local.world.endpoints, { dynamodb: endpoint });
    const failed: number[] = [];
    local.world.pollers.onBatch(({ outcome, records }) => {
      if (outcome === 'failed' || outcome === 'split') failed.push(records);
    });

    const account = await feed(local, 2_000);
    expect(killed).toBeGreaterThan(0);
    expect(failed.length).toBeGreaterThan(0);
    expect(account.balances).toBe(true);
    expect(account.sources.find(({ source }) => source === 'market')?.classes).toMatchObject({
      stored: 2_000,
      duplicate: 0,
      deadLetter: 0,
      lost: 0,
    });
    const counted = (await windows(local)).filter((row) => row['span_seconds'] === 300);
    expect(counted.reduce((sum, row) => sum + Number(row['count']), 0)).toBe(2_000);
  });
});
