import { readFile } from 'node:fs/promises';

interface MetricLine {
  readonly _aws: { readonly Timestamp: number };
  readonly EventsIn: number;
  readonly StoredAfter: number;
}

const isMetricLine = (value: unknown): value is MetricLine =>
  typeof value === 'object' && value !== null && 'StoredAfter' in value && 'EventsIn' in value;

/** What a function's own metric lines say of every event between two moments: milliseconds until it was stored. */
export const storedLatencies = async (logFile: string, from: number, to: number): Promise<number[]> => {
  const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes('"StoredAfter"'));
  return lines
    .map((line) => JSON.parse(line) as unknown)
    .filter(isMetricLine)
    .filter(({ _aws: { Timestamp } }) => Timestamp >= from && Timestamp <= to)
    .flatMap(({ EventsIn, StoredAfter }) => Array.from({ length: EventsIn }, () => StoredAfter));
};
