import type { Span } from './curve.ts';
import type { Sample } from './sample.ts';

interface Figure {
  readonly what: string;
  /** Before, while slow, while catching up, afterwards. */
  readonly cells: readonly string[];
}

/** The first seconds are cold starts. */
const warmSeconds = 5;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
const most = (values: readonly number[]): number => Math.max(0, ...values);

/** As far behind as a shard is that is looked at once a second, and a bit. Seconds. */
const noLag = 2;

/** When the lag was gone after the slow time, seconds since the first sample; undefined where it never was. */
export const lagGoneAt = (samples: readonly Sample[], slow: Span): number | undefined =>
  samples.find(({ at, lag }) => at >= slow.to && lag < noLag)?.at;

/** Memory may grow by so much while batches are full that were not before. */
const mostGrowth = 1.25;

/**
 * What a run must not show, as sentences: the stream is what has to hold what waits, and no function.
 * @param back - when it had caught up, seconds; undefined where it never had
 */
export const backpressureProblems = (
  samples: readonly Sample[],
  slow: Span,
  back: number | undefined,
): readonly string[] => {
  const memoryIn = (from: number, to: number) =>
    most(samples.filter(({ at }) => at >= from && at < to).map(({ memory }) => memory));
  const [before, meanwhile] = [memoryIn(warmSeconds, slow.from), memoryIn(slow.from, back ?? Infinity)];
  return [
    ...(back === undefined ? ['the lag was never gone again'] : []),
    ...(meanwhile > before * mostGrowth
      ? [`memory grew from ${before.toFixed(0)} MB to ${meanwhile.toFixed(0)} MB, by more than a quarter`]
      : []),
  ];
};

/** Events a second while it caught up. @param back - when it had, seconds */
export const catchUpRate = (samples: readonly Sample[], slow: Span, back: number): number =>
  mean(samples.filter(({ at }) => at >= slow.to && at < back).map(({ stored }) => stored));

/** What the four times of a run were like. @param back - when it had caught up, seconds */
export const figuresOf = (samples: readonly Sample[], slow: Span, back: number): readonly Figure[] => {
  const within = (from: number, to: number) => samples.filter(({ at }) => at >= from && at < to);
  const times = [
    within(warmSeconds, slow.from),
    within(slow.from, slow.to),
    within(slow.to, back),
    within(back, Infinity),
  ];
  const each = (show: (of: readonly Sample[]) => string): string[] => times.map(show);
  return [
    { what: 'lag at most, s', cells: each((of) => most(of.map(({ lag }) => lag)).toFixed(1)) },
    { what: 'stored, events/s', cells: each((of) => mean(of.map(({ stored }) => stored)).toFixed(0)) },
    { what: 'memory at most, MB', cells: each((of) => most(of.map(({ memory }) => memory)).toFixed(0)) },
  ];
};
