import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { createProducer } from '../../lambdas/shared/stream/producer.ts';
import { encodedEvents } from './source-batches.ts';
import { benchSources, type BenchSource } from './source-events.ts';

/** One record of the mixture, and whose stream it goes to. */
export interface MixedRecord {
  readonly source: string;
  readonly data: Buffer;
}

/** So many events of all sources, in their shares and evenly mixed; `lane` keeps the ones of two calls apart. */
export const mixedRecords = (lane: string, count: number, schemaIds: string): MixedRecord[] => {
  const owed = new Map(benchSources.map((source) => [source, 0]));
  const order = Array.from({ length: count }, (): BenchSource => {
    for (const source of benchSources) owed.set(source, (owed.get(source) ?? 0) + source.share);
    const next = benchSources.reduce((most, source) =>
      (owed.get(source) ?? 0) > (owed.get(most) ?? 0) ? source : most,
    );
    owed.set(next, (owed.get(next) ?? 0) - 100);
    return next;
  });
  const made = new Map(
    benchSources.map((source) => {
      const wanted = order.filter((other) => other === source).length;
      return [source, encodedEvents(source, lane, wanted, 'none', schemaIds).values()];
    }),
  );
  return order.map((source) => ({ source: source.source, data: made.get(source)?.next().value ?? Buffer.alloc(0) }));
};

/** Puts records into the streams of their sources. */
export const createMixedSender = (client: KinesisClient): ((records: readonly MixedRecord[]) => Promise<void>) => {
  const producers = benchSources.map(({ source }) => ({
    source,
    send: createProducer({
      client,
      streamName: `millrace-local-${source}`,
      random: Math.random,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }).send,
  }));
  return async (records) => {
    const bySource = Map.groupBy(records, ({ source }) => source);
    await Promise.all(
      producers.map(({ source, send }) =>
        send((bySource.get(source) ?? []).map(({ data }, n) => ({ partitionKey: String(n), data }))),
      ),
    );
  };
};
