import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awaitDelivery } from '../../bin/local/await-delivery.ts';
import type { DeliveryWatch } from '../../bin/local/delivery.ts';
import { openPlatform, type Platform } from '../../bin/local/platform.ts';
import { synthesize } from '../../bin/local/synthesize.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { systemClock } from '../../feeds/clock.ts';
import { createClients } from '../../local/resources/clients.ts';
import { startLocal } from '../../local/run.ts';
import type { LocalWorld } from '../../local/world.ts';
import { deliveredLatencies, type DeliveredResult } from './delivered-latencies.ts';
import { createMixedSender, mixedRecords, type MixedRecord } from './mixed-feed.ts';
import { benchSources } from './source-events.ts';
import { storedLatencies } from './stored-latencies.ts';
import { percentile } from './statistics.ts';

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

/** Of every event of one source, in milliseconds. */
export interface LatencyResult {
  readonly source: string;
  readonly events: number;
  /** From the beginning of its invocation to the answer of its statement. */
  readonly stored: Percentiles;
  /** From the invoke of its batch to the function's answer: stored, parked and projected. */
  readonly answered: Percentiles;
  readonly batchSizes: { readonly p50: number; readonly p95: number; readonly worst: number };
}

export interface FunctionCost {
  readonly name: string;
  readonly bundleKb: number;
  /** From spawn to loaded; undefined where the run never called it. */
  readonly coldStartMs: number | undefined;
  readonly peakRssMb: number | undefined;
}

export interface PlatformResult {
  readonly seconds: number;
  readonly latency: readonly LatencyResult[];
  readonly delivered: readonly DeliveredResult[];
  readonly functions: readonly FunctionCost[];
  /** Of the last batches of the burst at the end: what the peaks of memory were reached with. */
  readonly fullestBatch: number;
}

const clock = systemClock(new AbortController().signal);
const perSecond = 500;
const tickMs = 20;
const burst = 40_000;
const rejects = 500;
const enrichment = 'millrace-local-enrichment-';
const functionNames = [
  ...benchSources.map(({ source }) => `enrichment-${source}`),
  'delivery-relay-messages',
  'operations-migrate-database',
  'operations-prepare-partitions',
  'operations-check-readiness',
  'operations-take-in-parked',
  'operations-take-in-given-up',
];

const most = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.max(...values));

const percentiles = (values: readonly number[]): Percentiles => ({
  p50: percentile(values, 50),
  p95: percentile(values, 95),
  p99: percentile(values, 99),
  worst: percentile(values, 100),
});

const bundleKb = async (folder: string): Promise<number> => {
  const files = await readdir(folder);
  const sizes = await Promise.all(
    files.filter((file) => file.endsWith('.mjs')).map((file) => stat(join(folder, file))),
  );
  return sizes.reduce((sum, { size }) => sum + size, 0) / 1024;
};

/** Until every reject is a dead letter. */
const takenIn = async (dynamodb: DynamoDBClient, table: string): Promise<void> => {
  const count = new ScanCommand({ TableName: table, Select: 'COUNT' });
  while (((await dynamodb.send(count)).Count ?? 0) < rejects) await new Promise((resolve) => setTimeout(resolve, 100));
};

interface Seen {
  readonly source: string;
  readonly records: number;
  readonly ms: number;
}

const latencyOf = async (
  source: string,
  seen: readonly Seen[],
  log: string,
  from: number,
  to: number,
): Promise<LatencyResult> => {
  const batches = seen.filter((batch) => batch.source === source);
  const each = batches.flatMap(({ records, ms }) => Array.from({ length: records }, () => ms));
  const sizes = batches.map(({ records }) => records);
  return {
    source,
    events: each.length,
    stored: percentiles(await storedLatencies(log, from, to)),
    answered: percentiles(each),
    batchSizes: { p50: percentile(sizes, 50), p95: percentile(sizes, 95), worst: Math.max(...sizes) },
  };
};

/** What the subscriber was delivered by the time it has everything; then nobody subscribes any more. */
const deliveredOf = async (
  platform: Platform,
  watch: DeliveryWatch,
  say: (line: string) => void,
): Promise<readonly DeliveredResult[]> => {
  const { subscriber } = watch;
  try {
    await awaitDelivery({ ...clock, progress: () => platform.delivery.progress(), subscriber, say });
    const { delivery } = await takeAccount(platform.readers, watch);
    if (!delivery) throw new Error('nobody had subscribed');
    return deliveredLatencies(delivery);
  } finally {
    await subscriber.close();
  }
};

/** The whole platform from its templates, fed from all sources at 500 events/s for some seconds; nothing is sampled. */
export const benchPlatform = async (seconds: number, progress: (line: string) => void): Promise<PlatformResult> => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  await chmod(dir, 0o755);
  const assemblyDir = join(dir, 'cdk.out');
  await synthesize(assemblyDir, new AbortController().signal);
  const run = await startLocal({ assemblyDir, dataDir: join(dir, 'data'), progress });
  const { world } = run;
  const platform = openPlatform(run, clock.sleep);
  const clients = createClients(world.endpoints, world.region);
  try {
    const batches: Seen[] = [];
    world.pollers.onBatch(({ functionArn, records, ms }) => {
      const source = world.functions.get(functionArn)?.name.replace(enrichment, '') ?? '';
      batches.push({ source, records, ms });
    });
    const finished = async (count: number): Promise<void> => {
      while (batches.reduce((sum, batch) => sum + batch.records, 0) < count) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const send = createMixedSender(clients.kinesis);
    const schemaIds = run.deployed.output('millrace-local-foundation', 'SchemaIds');
    const warm = perSecond * 3; // the cold start has a figure of its own
    const records = mixedRecords('0', warm + perSecond * seconds, schemaIds);
    const perTick = (perSecond * tickMs) / 1000;
    const feed = async (some: readonly MixedRecord[]): Promise<void> => {
      const startedAt = performance.now();
      for (let at = 0; at < some.length; at += perTick) {
        await send(some.slice(at, at + perTick));
        const due = startedAt + ((at + perTick) / perSecond) * 1000;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      }
    };
    await feed(records.slice(0, warm));
    const watch = await platform.delivery.watch(progress);
    const measured = batches.length;
    const from = Date.now();
    await feed(records.slice(warm));
    await finished(records.length);
    const to = Date.now();
    const counted = batches.slice(measured);
    const latency = await Promise.all(
      benchSources.map(({ source }) =>
        latencyOf(source, counted, join(dir, 'data', 'logs', `${enrichment}${source}.log`), from, to),
      ),
    );

    const delivered = await deliveredOf(platform, watch, progress);

    // Its schedule calls it once a day: here it has to be called for its cold start to be seen.
    await world.functions.invoke('millrace-local-operations-prepare-partitions', {});
    await world.functions.invoke('millrace-local-operations-check-readiness', {});
    progress(`a burst of ${burst} events, for batches that are full`);
    // Some of it for the intake, which has had nothing to do; one in eighty, or the source would be held.
    const each = burst / rejects;
    const full = mixedRecords('1', burst, schemaIds).flatMap((record, n) =>
      n % each === 0 ? [record, { source: 'market', data: Buffer.from(`no frame ${n / each}`) }] : [record],
    );
    await send(full);
    await finished(records.length + burst + rejects);
    await takenIn(clients.dynamodb, run.deployed.output('millrace-local-foundation', 'DeadLetterTableName'));
    return {
      seconds,
      latency,
      delivered,
      fullestBatch: Math.max(...batches.slice(-100).map(({ records: count }) => count)),
      functions: await Promise.all(functionNames.map((name) => costOf(name, world))),
    };
  } finally {
    clients.destroy();
    platform.close();
    await run.stop();
    await rm(dir, { recursive: true });
  }
};

const costOf = async (name: string, { functions }: LocalWorld): Promise<FunctionCost> => {
  const spec = functions.get(`millrace-local-${name}`);
  if (!spec) throw new Error(`the run has no function ${name}`);
  const instances = functions.instances(spec.name);
  return {
    name,
    bundleKb: await bundleKb(spec.codeDir),
    coldStartMs: most(instances.map(({ initMs }) => initMs)),
    peakRssMb: most(instances.map(({ peakRssMb }) => peakRssMb)),
  };
};
