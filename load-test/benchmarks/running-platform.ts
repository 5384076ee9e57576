import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../bin/local/synthesize.ts';
import { createClients } from '../../local/resources/clients.ts';
import { startLocal } from '../../local/run.ts';
import { createProducer } from '../../lambdas/shared/stream/producer.ts';
import { encodedQuotes } from './market-batches.ts';
import { storedLatencies } from './stored-latencies.ts';
import { percentile } from './statistics.ts';

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

/** Of every event, in milliseconds. */
export interface LatencyResult {
  readonly events: number;
  readonly seconds: number;
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
  readonly latency: LatencyResult;
  readonly functions: readonly FunctionCost[];
  /** Of the last batches of the burst at the end: what the peaks of memory were reached with. */
  readonly fullestBatch: number;
}

const perSecond = 500;
const tickMs = 20;
const burst = 40_000;
const stream = 'millrace-local-market';

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

/** The whole platform from its templates, fed at 500 events/s for some seconds; nothing is sampled. */
export const benchPlatform = async (seconds: number, progress: (line: string) => void): Promise<PlatformResult> => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  await chmod(dir, 0o755);
  const assemblyDir = join(dir, 'cdk.out');
  await synthesize(assemblyDir, new AbortController().signal);
  const run = await startLocal({ assemblyDir, dataDir: join(dir, 'data'), progress });
  const { world } = run;
  const clients = createClients(world.endpoints, world.region);
  try {
    const batches: { records: number; ms: number }[] = [];
    world.pollers.onBatch(({ records, ms }) => batches.push({ records, ms }));
    const producer = createProducer({
      client: clients.kinesis,
      streamName: stream,
      random: Math.random,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const schemaIds = run.deployed.output('millrace-local-foundation', 'SchemaIds');
    const warm = perSecond * 3; // the cold start has a figure of its own
    const records = encodedQuotes('0', warm + perSecond * seconds, 'none', schemaIds);
    const perTick = (perSecond * tickMs) / 1000;
    const startedAt = performance.now();
    let measured = 0;
    let from = 0;
    for (let at = 0; at < records.length; at += perTick) {
      await producer.send(records.slice(at, at + perTick).map((data, n) => ({ partitionKey: String(n), data })));
      if (at === warm) {
        measured = batches.length;
        from = Date.now();
      }
      const due = startedAt + ((at + perTick) / perSecond) * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    const finished = async (count: number): Promise<void> => {
      while (batches.reduce((sum, batch) => sum + batch.records, 0) < count) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await finished(records.length);
    const counted = batches.slice(measured);
    const log = join(dir, 'data', 'logs', 'millrace-local-enrichment-market.log');
    const stored = await storedLatencies(log, from, Date.now());

    // Its schedule calls it once a day: here it has to be called for its cold start to be seen.
    await world.functions.invoke('millrace-local-operations-prepare-partitions', {});
    progress(`a burst of ${burst} events, for batches that are full`);
    const more = encodedQuotes('1', burst, 'none', schemaIds);
    await producer.send(more.map((data, n) => ({ partitionKey: String(n), data })));
    await finished(records.length + burst);
    const full = batches.slice(batches.length - 20).map(({ records: count }) => count);

    const each = counted.flatMap(({ records: count, ms }) => Array.from({ length: count }, () => ms));
    const sizes = counted.map(({ records: count }) => count);
    const names = ['enrichment-market', 'operations-migrate-database', 'operations-prepare-partitions'];
    return {
      fullestBatch: Math.max(...full),
      latency: {
        events: each.length,
        seconds,
        stored: percentiles(stored),
        answered: percentiles(each),
        batchSizes: { p50: percentile(sizes, 50), p95: percentile(sizes, 95), worst: Math.max(...sizes) },
      },
      functions: await Promise.all(
        names.map(async (name): Promise<FunctionCost> => {
          const spec = world.functions.get(`millrace-local-${name}`);
          if (!spec) throw new Error(`the run has no function ${name}`);
          const instances = world.functions.instances(spec.name);
          return {
            name,
            bundleKb: await bundleKb(spec.codeDir),
            coldStartMs: most(instances.map(({ initMs }) => initMs)),
            peakRssMb: most(instances.map(({ peakRssMb }) => peakRssMb)),
          };
        }),
      ),
    };
  } finally {
    clients.destroy();
    await run.stop();
    await rm(dir, { recursive: true });
  }
};
