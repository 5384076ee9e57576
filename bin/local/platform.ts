import { createAheadEncoder, type AheadEncoder } from '../../feeds/ahead-encoder.ts';
import { openReaders } from '../../feeds/readers/open-readers.ts';
import type { SendRecords } from '../../feeds/send-feed.ts';
import type { AccountReaders } from '../../feeds/account/take-account.ts';
import type { Hold } from '../../lambdas/shared/holds/hold.ts';
import { createHoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import { createProducer } from '../../lambdas/shared/stream/producer.ts';
import { createClients } from '../../local/resources/clients.ts';
import type { LocalRun } from '../../local/run.ts';
import type { KinesisMapping, LocalWorld, ShardProgress } from '../../local/world.ts';
import type { StandingHold } from './catch-up.ts';
import { connectAs, openDelivery, type Delivery } from './delivery.ts';
import { drainIntake, type Waiting } from './intake.ts';

/** One source of the running platform. */
export interface RunningSource {
  readonly source: string;
  readonly functionName: string;
  readonly stream: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What feeding and the account need of the running platform. */
export interface Platform {
  readonly sources: readonly string[];
  readonly running: readonly RunningSource[];
  readonly encoder: AheadEncoder;
  readonly senders: ReadonlyMap<string, SendRecords>;
  readonly readers: AccountReaders;
  readonly delivery: Delivery;
  /**
   * Whether everything that was in the streams at a moment has been read and finished.
   * @param since - milliseconds
   * @param except - sources that are not looked at
   */
  isCaughtUp(since: number, except?: ReadonlySet<string>): boolean;
  /** The sources that are not read, on purpose. */
  holds(): Promise<readonly (StandingHold & Pick<Hold, 'why' | 'since'>)[]>;
  /** How far the shard that is furthest behind is behind, milliseconds; an idle one is looked at once a second. */
  lagMs(now: number): number;
  /** Changes whenever a shard gets on. */
  checkpoints(): string;
  /** Waits for what is on its way to the dead letters. @returns messages that are left after all patience */
  drainIntake(waiting: Waiting): Promise<number>;
  close(): void;
}

const foundation = 'millrace-local-foundation';
const enrichment = 'millrace-local-enrichment-';
const intake = ':millrace-local-operations-take-in-';

const sourceOf = (world: LocalWorld, { functionArn, streamArn }: KinesisMapping): RunningSource[] => {
  const spec = world.functions.get(functionArn);
  if (!spec?.name.startsWith(enrichment)) return [];
  const source = spec.name.slice(enrichment.length);
  const { name: functionName, environment } = spec;
  return [{ source, functionName, stream: streamArn.slice(streamArn.indexOf('/') + 1), environment }];
};

/** @throws Error naming the function that has no such variable */
export const setting = ({ source, environment }: RunningSource, name: string): string => {
  const value = environment[name];
  if (value === undefined) throw new Error(`the function ${enrichment}${source} has no ${name} in its environment`);
  return value;
};

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Up to when a shard has been read and finished. */
const reachedBy = ({ emptyAt, finishedUntil }: ShardProgress): number => Math.max(emptyAt, finishedUntil);

/** @param sleep - of the producers, between attempts */
export const openPlatform = (run: LocalRun, sleep: (ms: number) => Promise<void>): Platform => {
  const { world, deployed } = run;
  const mappings = world.pollers.list();
  const running = mappings.flatMap((mapping) => sourceOf(world, mapping));
  const [first] = running;
  if (!first)
    throw new Error('the platform that was deployed has no source: no event source mapping of an enrichment function');
  const schemaIds = parseSchemaIds(deployed.output(foundation, 'SchemaIds'));
  const registryName = setting(first, 'SCHEMA_REGISTRY');
  const clients = createClients(world.endpoints, world.region);
  const { glue } = clients;
  const shards = (except?: ReadonlySet<string>) =>
    mappings
      .filter((mapping) => !sourceOf(world, mapping).some(({ source }) => except?.has(source)))
      .flatMap(({ uuid }) => world.pollers.progress(uuid));
  const openedAt = Date.now();
  const sources = unique(running.map(({ source }) => source));
  const holdStore = createHoldStore(clients.dynamodb, setting(first, 'CONTROLS_TABLE'));
  const delivery = openDelivery(run, first.environment);
  return {
    running,
    sources,
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
      connect: connectAs(world, first.environment),
      schemaIds,
      registryName,
      now: Date.now,
    }),
    delivery,
    isCaughtUp: (since, except) => shards().length > 0 && shards(except).every((shard) => reachedBy(shard) > since),
    holds: async () => {
      const holds = await Promise.all(sources.map((source) => holdStore.read(source)));
      return holds.flatMap((hold) => (hold?.standing === true ? [hold] : []));
    },
    // What was not read yet has waited since the run began, not since 1970.
    lagMs: (now) => Math.max(0, ...shards().map((shard) => now - Math.max(openedAt, reachedBy(shard)))),
    checkpoints: () =>
      shards()
        .map(({ shard, checkpoint }) => `${shard}@${checkpoint}`)
        .join(),
    drainIntake: (waiting) => {
      // A wake brings no dead letter: that of a relay which was killed is hidden for minutes, and is not waited for.
      const intakes = world.queuePollers.list().filter(({ functionArn }) => functionArn.includes(intake));
      return drainIntake(clients.sqs, unique(intakes.map(({ queueArn }) => queueArn)), waiting);
    },
    close: () => {
      delivery.close();
      clients.destroy();
    },
  };
};
