import { benchDecoder, encodedEvents } from './source-batches.ts';
import type { BenchSource } from './source-events.ts';
import { spreadOf, type Spread } from './statistics.ts';

export interface DecodeResult {
  readonly source: string;
  readonly compression: 'none' | 'zlib';
  readonly bytesPerRecord: number;
  readonly recordsPerSecond: Spread;
}

const batchSize = 500;
const batches = 100;
const rounds = 7;

/** Decodes prepared batches: frame, Avro, hash. One core, nothing else. */
export const benchDecode = async (source: BenchSource, compression: 'none' | 'zlib'): Promise<DecodeResult> => {
  const records = encodedEvents(source, '0', batches * batchSize, compression).map((bytes) => ({
    bytes,
    arrivedAt: Date.now(),
  }));
  const decoder = benchDecoder(source);
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now();
    for (let at = 0; at < records.length; at += batchSize) {
      const decoded = await decoder.decodeBatch(records.slice(at, at + batchSize));
      const failed = decoded.find((result) => result instanceof Error);
      if (failed) throw failed;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    if (round > 0) rates.push(records.length / seconds); // the first round warms the compiler
  }
  const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0);
  return {
    source: source.source,
    compression,
    bytesPerRecord: bytes / records.length,
    recordsPerSecond: spreadOf(rates),
  };
};
