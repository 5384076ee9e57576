import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { createAheadEncoder, type AheadEncoder } from '../../feeds/ahead-encoder.ts';
import { openReaders } from '../../feeds/readers/open-readers.ts';
import type { SendRecords } from '../../feeds/send-feed.ts';
import type { AccountReaders } from '../../feeds/account/take-account.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import { createProducer } from '../../lambdas/shared/stream/producer.ts';
import { createClients } from '../../local/resources/clients.ts';
import type { LocalRun } from '../../local/run.ts';
import type { KinesisMapping, LocalWorld } from '../../local/world.ts';
import { drainIntake, type Waiting } from './intake.ts';

/** One source of the running platform. */
interface RunningSource {
  readonly source: string;
  readonly stream: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What feeding and the account need of the running platform. */
export interface Platform {
  readonly sources: readonly string[];
  readonly encoder: AheadEncoder;
  readonly senders: ReadonlyMap<string, SendRecords>;
  readonly readers: AccountReaders;
  /** Whether everything that was in the streams at a moment has been read and finished. @param since - milliseconds */
  isCaughtUp(since: number): boolean;
  /** Changes whenever a shard gets on. */
  checkpoints(): string;
  /** Waits for what is on its way to the dead letters. @returns messages that are left after all patience */
  drainIntake(waiting: Waiting): Promise<number>;
  close(): void;
}

const foundation = 'millrace-local-foundation';
const enrichment = 'millrace-local-enrichment-';

const sourceOf = (world: LocalWorld, { functionArn, streamArn }: KinesisMapping): RunningSource[] => {
  const spec = world.functions.get(functionArn);
  if (!spec?.name.startsWith(enrichment)) return [];
  const source = spec.name.slice(enrichment.length);
  return [{ source, stream: streamArn.slice(streamArn.indexOf('/') + 1), environment: spec.environment }];
};

const setting = ({ source, environment }: RunningSource, name: string): string => {
  const value = environment[name];
  if (value === undefined) throw new Error(`the function ${enrichment}${source} has no ${name} in its environment`);
  return value;
};

/** Logs in as a function does: it may read the table, and no password has to be known. */
const connectLike =
  (source: RunningSource, { postgres }: LocalWorld) =>
  async () => {
    const client = new pg.Client({
      host: postgres.host,
      port: postgres.port,
      database: setting(source, 'DATABASE_NAME'),
      user: setting(source, 'DATABASE_USER'),
      ssl: { ca: await readFile(postgres.caFile, 'utf8') },
      application_name: 'account',
    });
    await client.connect();
    return client;
  };

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** @param sleep - of the producers, between attempts */
export const openPlatform = ({ world, deployed }: LocalRun, sleep: (ms: number) => Promise<void>): Platform => {
  const mappings = world.pollers.list();
  const running = mappings.flatMap((mapping) => sourceOf(world, mapping));
  const [first] = running;
  if (!first)
    throw new Error('the platform that was deployed has no source: no event source mapping of an enrichment function');
  const schemaIds = parseSchemaIds(deployed.output(foundation, 'SchemaIds'));
  const registryName = setting(first, 'SCHEMA_REGISTRY');
  const clients = createClients(world.endpoints, world.region);
  const { glue } = clients;
  const shards = () => mappings.flatMap(({ uuid }) => world.pollers.progress(uuid));
  return {
    sources: unique(running.map(({ source }) => source)),
    encoder: createAheadEncoder({ encoder: createEncoder({ schemaIds }), schemaIds, glue, registryName }),
    senders: new Map(
      running.map(({ source, stream }) => {
        const producer = createProducer({ client: clients.kinesis, streamName: stream, random: Math.random, sleep });
        return [source, producer.send];
      }),
    ),
    readers: openReaders({
      ...clients,
      streams: new Map(running.map(({ source, stream }) => [stream, source])),
      deadLetterTable: deployed.output(foundation, 'DeadLetterTableName'),
      controlsTable: setting(first, 'CONTROLS_TABLE'),
      checkpointOf: (stream, shard) =>
        mappings
          .filter(({ streamArn }) => streamArn.endsWith(`/${stream}`))
          .flatMap(({ uuid }) => world.pollers.progress(uuid))
          .find((progress) => progress.shard === shard)?.checkpoint,
      connect: connectLike(first, world),
      schemaIds,
      registryName,
      now: Date.now,
    }),
    isCaughtUp: (since) => {
      const all = shards();
      return all.length > 0 && all.every(({ emptyAt, finishedUntil }) => Math.max(emptyAt, finishedUntil) > since);
    },
    checkpoints: () =>
      shards()
        .map(({ shard, checkpoint }) => `${shard}@${checkpoint}`)
        .join(),
    drainIntake: (waiting) =>
      drainIntake(clients.sqs, unique(world.queuePollers.list().map(({ queueArn }) => queueArn)), waiting),
    close: () => clients.destroy(),
  };
};
