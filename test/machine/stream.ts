import { giveUpBody, giveUpKey } from '../../local/runtime/poller/give-up.ts';
import { kinesisEvent, type PolledRecord } from '../../local/runtime/poller/record.ts';
import { createShardPoller } from '../../local/runtime/poller/shard-poller.ts';
import type { InvokeResult, KinesisMapping } from '../../local/world.ts';
import type { Backends } from './clients.ts';
import type { SimulatedTime } from './clock.ts';
import { sequenceNumberOf } from './expected.ts';
import type { Gate, Process } from './faults.ts';
import { bytesOf, partitionKeyOf } from './records.ts';
import type { Scenario } from './scenario.ts';
import type { Settings } from './world.ts';

/** The records of each shard, in its order; what arrives later is there from the beginning, and not read before. */
export type Stream = readonly (readonly PolledRecord[])[];

export const streamName = 'market';
export const shardName = (shard: number): string => `shard-${shard}`;
export const shardNumber = (name: string): number => Number(name.slice('shard-'.length));
const arn = (service: string, name: string): string => `arn:aws:${service}:eu-west-1:000000000000:${name}`;

export const streamArn = arn('kinesis', `stream/${streamName}`);

export const createStream = (shards: Scenario['shards'], start: number): Stream =>
  shards.map((records, shard) => {
    let arrivedAt = start;
    return records.map(({ spec, afterMs }, n) => {
      arrivedAt += afterMs;
      const sequenceNumber = sequenceNumberOf(n);
      return { sequenceNumber, partitionKey: partitionKeyOf(spec, n), data: bytesOf(spec, shard, n), arrivedAt };
    });
  });

interface Polling {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly stream: Stream;
  readonly time: SimulatedTime;
  readonly gate: Gate;
  readonly backends: Backends;
  readonly enabled: () => boolean;
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
}

/** A mapping's pollers over the shards. A poller that crashes is followed by another, from the checkpoint it left. */
export const pollShards = (polling: Polling) => {
  const { scenario, settings, stream, time, gate, backends, enabled, invoke } = polling;
  const mapping: KinesisMapping = {
    uuid: 'mapping',
    functionArn: arn('lambda', 'function:enrich'),
    streamArn,
    enabled: true,
    batchSize: scenario.batchSize,
    batchingWindowMs: 0,
    bisect: true,
    maxAttempts: settings.maxAttempts,
    maxAgeMs: settings.maxAgeMs,
    parallelization: scenario.parallelization,
    startingPosition: 'TRIM_HORIZON',
    reportBatchItemFailures: true,
    onFailureArn: arn('s3', 'bucket'),
  };
  const state = { over: false, mostFailures: 0 };
  const checkpoints = new Map<number, string>();
  /** Records that some invocation has had. */
  const delivered = new Set<PolledRecord>();
  let objects = 0;

  const run = (shard: number, life: number): void => {
    const records = stream[shard] as readonly PolledRecord[];
    const process: Process = {
      name: `poller-${shard}#${life}`,
      alive: true,
      kill: () => {
        process.alive = false;
        gate.note(`${process.name} ends`);
        run(shard, life + 1);
      },
    };
    const poller = createShardPoller(mapping, shardName(shard), {
      region: 'eu-west-1',
      now: time.now,
      sleep: time.sleep,
      random: time.random,
      stopped: () => state.over || !process.alive,
      enabled,
      read: async (after, limit) => {
        const from = after === undefined ? 0 : records.findIndex(({ sequenceNumber }) => sequenceNumber === after) + 1;
        await time.sleep(1);
        return records.slice(from, from + limit).filter(({ arrivedAt }) => arrivedAt <= time.now());
      },
      invoke: async (event) => {
        const { Records } = event as { Records: { kinesis: { sequenceNumber: string } }[] };
        const numbers = new Set(Records.map(({ kinesis }) => kinesis.sequenceNumber));
        for (const record of records) if (numbers.has(record.sequenceNumber)) delivered.add(record);
        return invoke(event);
      },
      giveUp: ({ records: given, failures }, cause, last) =>
        gate.pass({
          point: 'give-up',
          dependency: 'bucket',
          process,
          work: () => {
            const at = new Date();
            const key = giveUpKey('mapping', shardName(shard), at, `object-${(objects += 1)}`);
            const functionError = last && 'error' in last ? last.error : null;
            const what = { records: given, cause, attempts: failures, functionError, requestId: 'r' };
            const body = giveUpBody({ mapping, region: 'eu-west-1', shard: shardName(shard), ...what }, at);
            gate.note(`${process.name} gives up ${given.map(({ sequenceNumber }) => sequenceNumber).join(' ')}`);
            backends.bucket.set(key, JSON.stringify(body));
            const s3 = { bucket: { name: 'bucket' }, object: { key, size: 1 } };
            backends.givenUp.send(JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] }));
          },
        }),
      checkpoint: {
        get: () => checkpoints.get(shard),
        set: (sequenceNumber) => {
          if (!process.alive) return;
          const mishap = gate.mishapAt('checkpoint');
          if (mishap) gate.strike(`${process.name} checkpoint ${sequenceNumber}`, 'checkpoint', mishap);
          if (mishap !== 'crash-before' && mishap !== 'refused') checkpoints.set(shard, sequenceNumber);
          if (mishap) process.kill('exit');
        },
      },
      report: ({ failures }) => void (state.mostFailures = Math.max(state.mostFailures, failures)),
      count: () => {},
      complain: (message) => gate.note(`${process.name} ${message}`),
    });
    void poller.run();
  };

  stream.forEach((_, shard) => run(shard, 1));
  for (const { shard, atMs, from, count } of scenario.redeliveries) {
    setTimeout(() => {
      const records = stream[shard] ?? [];
      const done = records.findIndex(({ sequenceNumber }) => sequenceNumber === checkpoints.get(shard));
      // Lambda delivers again what it delivered, and begins nowhere behind its checkpoint.
      const begin = Math.min(from, done + 1);
      const again = records.slice(begin, begin + count).filter((record) => delivered.has(record));
      // A batch is of one lane, and a key is too.
      for (const [lane, batch] of Map.groupBy(again, ({ partitionKey }) => partitionKey)) {
        gate.note(`delivered again, of ${lane}: ${batch.map(({ sequenceNumber }) => sequenceNumber).join(' ')}`);
        void invoke(kinesisEvent(mapping, 'eu-west-1', shardName(shard), batch));
      }
    }, atMs);
  }
  return {
    finished: () => stream.every((records, shard) => checkpoints.get(shard) === records.at(-1)?.sequenceNumber),
    /** Attempts that the batch which was tried most has spent. */
    mostFailures: () => state.mostFailures,
    stop: () => void (state.over = true),
  };
};
