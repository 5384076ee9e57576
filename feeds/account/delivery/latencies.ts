/** Milliseconds, by nearest rank. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** @returns undefined of nothing */
export const percentilesOf = (values: readonly number[]): Percentiles | undefined => {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};

/** Of the events of one kind of channels that were delivered, milliseconds, one figure an event. */
export interface Latencies {
  /** From the arrival in the stream to the beginning of the statement that stored it. */
  readonly stored: number[];
  /** From the arrival to the client. */
  readonly delivered: number[];
  /** From the statement, or from when the rate of its channel let a message go where that was later, to the client. */
  readonly relayed: number[];
}

export const noLatencies = (): Latencies => ({ stored: [], delivered: [], relayed: [] });
