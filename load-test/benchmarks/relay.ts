import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, SQSEvent } from 'aws-lambda';
import pg from 'pg';
import { pause } from '../../lambdas/delivery/pause.ts';
import { createPublisher } from '../../lambdas/delivery/publisher.ts';
import { relayMessages } from '../../lambdas/delivery/relay-messages.ts';
import { createRelayStore } from '../../lambdas/delivery/relay-store.ts';
import { migrate } from '../../lambdas/operations/migration-store.ts';
import { createSignedPost } from '../../lambdas/shared/aws/signed-post.ts';
import { createDatabase } from '../../lambdas/shared/database/connection.ts';
import { wakeBodies } from '../../lambdas/shared/delivery/wake.ts';
import { dispositionOf } from '../../lambdas/shared/errors/platform-error.ts';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { makeCertificates } from '../../local/services/certificates.ts';
import { startPostgres, type RunningPostgres } from '../../local/services/postgres.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** Messages a second of one relay that finds so many of them waiting in so many channels of `each`. */
export interface RelayResult {
  readonly channels: number;
  readonly messages: number;
  /** How long AppSync took to answer a call. Milliseconds. */
  readonly answerMs: number;
  readonly perSecond: Spread;
}

const cases = [
  { channels: 1, messages: 5_000, answerMs: 0 },
  { channels: 100, messages: 20_000, answerMs: 0 },
  { channels: 5_000, messages: 20_000, answerMs: 0 },
  { channels: 1, messages: 2_000, answerMs: 20 },
  { channels: 100, messages: 20_000, answerMs: 20 },
  { channels: 5_000, messages: 20_000, answerMs: 20 },
] as const;

const silent: Telemetry = {
  count() {},
  countByReason() {},
  duration() {},
  info() {},
  warn() {},
  error() {},
  publish() {},
};

const startEvents = async (answerMs: number) => {
  const child = fork(fileURLToPath(new URL('relay-events.ts', import.meta.url)), [String(answerMs)]);
  const [port] = (await once(child, 'message')) as [number];
  return { endpoint: new URL(`http://127.0.0.1:${port}`), stop: () => child.kill('SIGKILL') };
};

/** Rows as enrichment writes them, of the size of a broadcast event, spread over the channels. */
const fill = (admin: pg.Client, channels: number, messages: number): Promise<unknown> =>
  admin.query(
    `INSERT INTO millrace.outbox (channel, delivery, entity, source, source_event_id, occurred_at, arrived_at, priority, payload)
     SELECT 'match/events/m' || n % $1::int, 'each', 'm' || n % $1::int, 'broadcast', 'e' || n, now(), now(), 'normal',
       jsonb_build_object('seq', n, 'text', repeat('x', 300))
     FROM generate_series(1, $2::int) AS n`,
    [channels, messages],
  );

const timeRelay = async (
  server: RunningPostgres,
  admin: pg.Client,
  endpoint: URL,
  { channels, messages }: { readonly channels: number; readonly messages: number },
): Promise<number> => {
  await admin.query('TRUNCATE millrace.outbox, millrace.channels, millrace.messages, millrace.snapshots');
  await fill(admin, channels, messages);
  await admin.query('ANALYZE millrace.outbox; CHECKPOINT');
  const database = createDatabase(async () => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: server.port,
      user: 'delivery_relay',
      database: 'postgres',
      ssl: { rejectUnauthorized: false },
    });
    await client.connect();
    return client;
  });
  const left: string[] = [];
  const relay = relayMessages({
    storeFor: (holder, resilient) => createRelayStore(database, { holder, leaseMs: 15_000, resilient }),
    publish: createPublisher(
      createSignedPost({ endpoint, service: 'appsync', region: 'eu-west-1', atOnce: 64 }),
      createLoneBreaker({ dependency: 'events', isFailure: (error) => dispositionOf(error) === 'retry' }, Date.now),
    ),
    park: () => Promise.reject(new Error('nothing is to be parked')),
    wake: async (names) => void left.push(...names),
    leaseMs: 15_000,
    telemetry: silent,
    now: Date.now,
    pause,
  });
  const names = Array.from({ length: channels }, (_, n) => `match/events/m${n}`);
  const wakes = {
    Records: wakeBodies(names).map((body, n) => ({ messageId: String(n), body })),
  } as unknown as SQSEvent;
  const startedAt = performance.now();
  await relay(wakes, { functionName: 'bench', getRemainingTimeInMillis: () => 600_000 } as Context);
  const seconds = (performance.now() - startedAt) / 1000;
  await database.close();
  const { rows } = await admin.query<{ done: number }>(
    'SELECT count(*)::int AS done FROM millrace.messages WHERE published_at IS NOT NULL',
  );
  if (rows[0]?.done !== messages || left.length > 0) throw new Error(`${rows[0]?.done} of ${messages} were published`);
  return messages / seconds;
};

export const benchRelay = async (rounds: number, progress: (line: string) => void): Promise<RelayResult[]> => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  await chmod(dir, 0o755);
  const server = await startPostgres({
    dataDir: join(dir, 'postgres'),
    certificates: await makeCertificates(join(dir, 'certificates')),
  });
  const admin = await server.admin();
  try {
    await admin.query('CREATE ROLE rds_iam NOLOGIN; CREATE ROLE rds_superuser NOLOGIN');
    const migrations = fileURLToPath(new URL('../../migrations/', import.meta.url));
    await migrate(admin, migrations, 'expand', [{ user: 'delivery_relay', role: 'millrace_relay' }]);
    const results: RelayResult[] = [];
    for (const one of cases) {
      const events = await startEvents(one.answerMs);
      const rates: number[] = [];
      for (let round = 0; round < rounds; round += 1) rates.push(await timeRelay(server, admin, events.endpoint, one));
      events.stop();
      progress(
        `relay, ${one.channels} channels, answers after ${one.answerMs} ms: ${Math.round(spreadOf(rates).median)}/s`,
      );
      results.push({ ...one, perSecond: spreadOf(rates) });
    }
    return results;
  } finally {
    await admin.end();
    await server.stop();
    await rm(dir, { recursive: true });
  }
};
