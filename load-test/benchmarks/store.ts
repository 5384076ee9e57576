import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { enrichQuote } from '../../lambdas/enrichment/sources/market.ts';
import { migrate } from '../../lambdas/operations/migration-store.ts';
import { makeCertificates } from '../../local/services/certificates.ts';
import { startPostgres } from '../../local/services/postgres.ts';
import { copyText, timeCopy, timeSingleInserts } from './copy.ts';
import { startDynamoDbStandIn } from './dynamodb-stand-in.ts';
import { runLanes } from './lanes.ts';
import { benchDecoder, benchSchemaIds, encodedQuotes } from './market-batches.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** Events a second into PostgreSQL, fsync on, each figure over all rounds; ratios are taken within a round. */
export interface StoreResult {
  readonly copy: Spread;
  readonly copyInOne: Spread;
  readonly singleInserts: Spread;
  readonly oneLane: Spread;
  readonly fourLanes: Spread;
  readonly oneLaneOfCopy: Spread;
  readonly fourLanesOfCopy: Spread;
  readonly oneLaneOfCopyInOne: Spread;
  readonly fourLanesOfCopyInOne: Spread;
}

const batchSize = 500;
const batches = 120;
const singles = 2_000;

/** Rows as the handler would store them, at positions of their own. */
const enriched = async (lane: string, count: number): Promise<EnrichedEvent[]> => {
  const decoder = benchDecoder();
  const arrivedAt = Date.now();
  const records = encodedQuotes(lane, count, 'none').map((bytes) => ({ bytes, arrivedAt }));
  return (await decoder.decodeBatch(records)).map((decoded, n) => {
    if (decoded instanceof Error) throw decoded;
    const sequenceNumber = `4966${lane}${String(n).padStart(50, '0')}`;
    const position = { stream: 'millrace-bench-market', shard: 'shardId-000000000000', sequenceNumber };
    return { ...enrichQuote(decoded), decoded, position, arrivedAt };
  });
};

const inBatches = (events: readonly EnrichedEvent[]): string[] =>
  Array.from({ length: events.length / batchSize }, (_, n) =>
    copyText(events.slice(n * batchSize, (n + 1) * batchSize)),
  );

/** COPY of the same rows, one insert a record, and the whole handler on one and on four lanes, in turn. */
export const benchStore = async (rounds: number, progress: (line: string) => void): Promise<StoreResult> => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  await chmod(dir, 0o755);
  const server = await startPostgres({
    dataDir: join(dir, 'postgres'),
    certificates: await makeCertificates(join(dir, 'certificates')),
  });
  const dynamodb = await startDynamoDbStandIn();
  const admin = await server.admin();
  try {
    await admin.query('CREATE ROLE rds_iam NOLOGIN; CREATE ROLE rds_superuser NOLOGIN');
    const migrations = fileURLToPath(new URL('../../migrations/', import.meta.url));
    await migrate(admin, migrations, 'expand', [{ user: 'enrichment_market', role: 'millrace_enrichment' }]);
    await admin.query(`SELECT millrace.ensure_event_partitions(ARRAY[DATE '2026-11-21'])`);

    const clear = async (): Promise<void> => {
      await admin.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
      await admin.query('CHECKPOINT');
    };
    const environment = handlerEnvironment(server, dynamodb.endpoint);
    const events = batches * batchSize;
    const texts = inBatches(await enriched('8', events));
    const one = [texts.join('')];
    const some = await enriched('9', singles);

    const rows: { [name in Measured]: number[] } = { copy: [], copyInOne: [], single: [], one: [], four: [] };
    for (let round = 0; round < rounds; round += 1) {
      await clear();
      rows.copy.push(events / (await timeCopy(admin, texts)));
      await clear();
      rows.copyInOne.push(events / (await timeCopy(admin, one)));
      await clear();
      rows.single.push(singles / (await timeSingleInserts(admin, some)));
      await clear();
      const oneLane = await runLanes(['0'], batches, environment);
      rows.one.push(oneLane.eventsPerSecond);
      await clear();
      const fourLanes = await runLanes(['0', '1', '2', '3'], batches / 2, environment);
      rows.four.push(fourLanes.eventsPerSecond);
      progress(`round ${round + 1} of ${rounds}`);
    }
    const ratio = (a: Measured, b: Measured): Spread =>
      spreadOf(rows[a].map((value, round) => value / (rows[b][round] ?? Number.NaN)));
    return {
      copy: spreadOf(rows.copy),
      copyInOne: spreadOf(rows.copyInOne),
      singleInserts: spreadOf(rows.single),
      oneLane: spreadOf(rows.one),
      fourLanes: spreadOf(rows.four),
      oneLaneOfCopy: ratio('one', 'copy'),
      fourLanesOfCopy: ratio('four', 'copy'),
      oneLaneOfCopyInOne: ratio('one', 'copyInOne'),
      fourLanesOfCopyInOne: ratio('four', 'copyInOne'),
    };
  } finally {
    await admin.end();
    dynamodb.stop();
    await server.stop();
    await rm(dir, { recursive: true });
  }
};

type Measured = 'copy' | 'copyInOne' | 'single' | 'one' | 'four';

/** What the stack would set, for the local database and the stand-in. */
const handlerEnvironment = (
  { port, caFile }: { readonly port: number; readonly caFile: string },
  dynamodb: string,
): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: dynamodb,
  NODE_EXTRA_CA_CERTS: caFile,
  SOURCE: 'market',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: String(port),
  DATABASE_NAME: 'postgres',
  DATABASE_USER: 'enrichment_market',
  ENTITY_STATE_TABLE: 'entity-state',
  IDEMPOTENCY_TABLE: 'idempotency',
  PARKED_QUEUE_URL: 'http://127.0.0.1:9/parked',
  DEAD_LETTER_BUCKET: 'dead-letters',
  SCHEMA_REGISTRY: 'millrace-bench',
  SCHEMA_IDS: benchSchemaIds,
  MAX_RECORD_BYTES: '262144',
  MAX_FUTURE_SECONDS: '3600',
  HORIZON_DAYS: 'none',
  POWERTOOLS_METRICS_NAMESPACE: 'Millrace',
});
