import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { sourceNamed } from '../../lambdas/enrichment/source.ts';
import { migrate } from '../../lambdas/operations/migration-store.ts';
import { makeCertificates } from '../../local/services/certificates.ts';
import { startPostgres } from '../../local/services/postgres.ts';
import { copyText, timeCopy, timeSingleInserts } from './copy.ts';
import { startDynamoDbStandIn } from './dynamodb-stand-in.ts';
import { runLanes } from './lanes.ts';
import { benchDecoder, benchSchemaIds, encodedEvents } from './source-batches.ts';
import { benchSources, type BenchSource } from './source-events.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** Events a second of one source into PostgreSQL, fsync on, each figure over all rounds; ratios are taken within a round. */
export interface StoreResult {
  readonly source: string;
  /** Rows in transactions of a batch each. */
  readonly copy: Spread;
  readonly copyInOne: Spread;
  readonly singleInserts: Spread;
  readonly oneLane: Spread;
  readonly fourLanes: Spread;
  readonly oneLaneOfCopy: Spread;
  readonly fourLanesOfCopy: Spread;
}

const batchSize = 500;
const batches = 80;
const singles = 1_000;

/** Rows as the handler would store them, at positions of their own. */
const enriched = async (source: BenchSource, lane: string, count: number): Promise<EnrichedEvent[]> => {
  const decoder = benchDecoder(source);
  const { enrichers } = await sourceNamed(source.source);
  const enrich = enrichers[source.subject];
  if (!enrich) throw new Error(`${source.source} has no enricher for ${source.subject}`);
  const arrivedAt = Date.now();
  const records = encodedEvents(source, lane, count, 'none').map((bytes) => ({ bytes, arrivedAt }));
  return (await decoder.decodeBatch(records)).map((decoded, n) => {
    if (decoded instanceof Error) throw decoded;
    const sequenceNumber = `4966${lane}${String(n).padStart(50, '0')}`;
    const position = { stream: 'millrace-bench', shard: 'shardId-000000000000', sequenceNumber };
    return { ...enrich(decoded), decoded, position, arrivedAt };
  });
};

const inBatches = (events: readonly EnrichedEvent[]): string[] =>
  Array.from({ length: events.length / batchSize }, (_, n) =>
    copyText(events.slice(n * batchSize, (n + 1) * batchSize)),
  );

type Measured = 'copy' | 'copyInOne' | 'single' | 'one' | 'four';

/** COPY of the same rows, one insert a record, and the whole handler on one and on four lanes, in turn. */
const benchSourceStore = async (
  admin: pg.Client,
  source: BenchSource,
  rounds: number,
  environment: Readonly<Record<string, string>>,
): Promise<StoreResult> => {
  const clear = async (): Promise<void> => {
    await admin.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
    await admin.query('CHECKPOINT');
  };
  const events = batches * batchSize;
  const texts = inBatches(await enriched(source, '8', events));
  const one = [texts.join('')];
  const some = await enriched(source, '9', singles);
  const rows: { [name in Measured]: number[] } = { copy: [], copyInOne: [], single: [], one: [], four: [] };
  for (let round = 0; round < rounds; round += 1) {
    await clear();
    rows.copy.push(events / (await timeCopy(admin, texts)));
    await clear();
    rows.copyInOne.push(events / (await timeCopy(admin, one)));
    await clear();
    rows.single.push(singles / (await timeSingleInserts(admin, some)));
    await clear();
    rows.one.push((await runLanes(['0'], batches, environment)).eventsPerSecond);
    await clear();
    rows.four.push((await runLanes(['0', '1', '2', '3'], batches / 2, environment)).eventsPerSecond);
  }
  const ofCopy = (measured: Measured): Spread =>
    spreadOf(rows[measured].map((value, round) => value / (rows.copy[round] ?? Number.NaN)));
  return {
    source: source.source,
    copy: spreadOf(rows.copy),
    copyInOne: spreadOf(rows.copyInOne),
    singleInserts: spreadOf(rows.single),
    oneLane: spreadOf(rows.one),
    fourLanes: spreadOf(rows.four),
    oneLaneOfCopy: ofCopy('one'),
    fourLanesOfCopy: ofCopy('four'),
  };
};

const userOf = ({ source }: BenchSource): string => `enrichment_${source.replaceAll('-', '_')}`;

/** Every source, one after the other, against one database. */
export const benchStore = async (rounds: number, progress: (line: string) => void): Promise<StoreResult[]> => {
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
    const users = benchSources.map((source) => ({ user: userOf(source), role: 'millrace_enrichment' }));
    await migrate(admin, migrations, 'expand', users);
    await admin.query(`SELECT millrace.ensure_event_partitions(ARRAY[DATE '2026-11-21'])`);
    const results: StoreResult[] = [];
    for (const source of benchSources) {
      progress(`${source.source}, ${rounds} rounds`);
      const environment = handlerEnvironment(source, server, dynamodb.endpoint);
      results.push(await benchSourceStore(admin, source, rounds, environment));
    }
    return results;
  } finally {
    await admin.end();
    dynamodb.stop();
    await server.stop();
    await rm(dir, { recursive: true });
  }
};

/** What the stack would set, for the local database and the stand-in. */
const handlerEnvironment = (
  source: BenchSource,
  { port, caFile }: { readonly port: number; readonly caFile: string },
  dynamodb: string,
): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: dynamodb,
  NODE_EXTRA_CA_CERTS: caFile,
  SOURCE: source.source,
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: String(port),
  DATABASE_NAME: 'postgres',
  DATABASE_USER: userOf(source),
  ENTITY_STATE_TABLE: 'entity-state',
  IDEMPOTENCY_TABLE: 'idempotency',
  CONTROLS_TABLE: 'controls',
  HOLD_AFTER_SECONDS: '60',
  PARKED_QUEUE_URL: 'http://127.0.0.1:9/parked',
  DEAD_LETTER_BUCKET: 'dead-letters',
  SCHEMA_REGISTRY: 'millrace-bench',
  SCHEMA_IDS: benchSchemaIds,
  MAX_RECORD_BYTES: '262144',
  MAX_FUTURE_SECONDS: '3600',
  HORIZON_DAYS: 'none',
  POWERTOOLS_METRICS_NAMESPACE: 'Millrace',
});
