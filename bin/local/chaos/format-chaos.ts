import type { UnsentLetter } from '../../../feeds/wrong/check-wrong.ts';
import type { FaultResult } from '../../../local/faults/run-in-turn.ts';

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** What arrived so long before a fault may still have been under way when it began, milliseconds. */
const underWayMs = 2_000;

/** Of the dead letters that nobody sent wrong, how many arrived in the time of each fault. */
export const deadLettersIn = (results: readonly FaultResult[], unsent: readonly UnsentLetter[]): readonly number[] =>
  results.map(({ begunAt }, index) => {
    const from = index === 0 ? -Infinity : begunAt - underWayMs;
    const to = (results[index + 1]?.begunAt ?? Infinity) - underWayMs;
    return unsent.filter(({ arrivedAt }) => arrivedAt >= from && arrivedAt < to).length;
  });

/**
 * What says that a fault proved nothing, or was not got over, as sentences that name it. One that was cut short by the
 * end of the run had to do neither.
 * @param notBegun - names of those that should have been there too
 */
export const chaosProblems = (results: readonly FaultResult[], notBegun: readonly string[]): readonly string[] => [
  ...results
    .filter(({ cut }) => !cut)
    .flatMap(({ name, recoveredMs, counts }) => [
      ...(recoveredMs === undefined ? [`${name}: the run did not catch up with it`] : []),
      ...counts.filter(({ count, must }) => must && count <= 0).map(({ what }) => `${name}: no ${what}`),
    ]),
  ...notBegun.map((name) => `${name}: not begun`),
];

export interface ChaosRow {
  readonly name: string;
  readonly lasted: string;
  readonly recovered: string;
  readonly longestLag: string;
  readonly mostAttempts: string;
  /** Beyond those sent wrong. */
  readonly deadLetters: string;
  readonly peakMemory: string;
  readonly counts: string;
}

/** A row of the table for each fault. @param unsent - dead letters that nobody sent wrong */
export const chaosRows = (results: readonly FaultResult[], unsent: readonly UnsentLetter[]): readonly ChaosRow[] => {
  const letters = deadLettersIn(results, unsent);
  return results.map((result, index) => ({
    name: result.name,
    lasted: seconds(result.lastedMs),
    recovered: result.recoveredMs === undefined ? 'never' : seconds(result.recoveredMs),
    longestLag: seconds(result.longestLagMs),
    mostAttempts: number(result.mostAttempts),
    deadLetters: number(letters[index] ?? 0),
    peakMemory: number(result.peakMemoryMb),
    counts: result.counts.map(({ what, count }) => `${number(count)} ${what}`).join(', '),
  }));
};

const widths = {
  name: 24,
  lasted: 10,
  recovered: 14,
  longestLag: 17,
  mostAttempts: 10,
  deadLetters: 14,
  peakMemory: 13,
};

const line = (row: ChaosRow): string => {
  const { name, counts, ...figures } = row;
  const cells = Object.entries(figures).map(([key, text]) => text.padStart(widths[key as keyof typeof widths]));
  return `  ${name.padEnd(widths.name)}${cells.join('')}   ${counts}`;
};

const head: ChaosRow = {
  name: 'fault',
  lasted: 'lasted, s',
  recovered: 'recovered, s',
  longestLag: 'lag, s at most',
  mostAttempts: 'attempts',
  deadLetters: 'dead letters',
  peakMemory: 'memory, MB',
  counts: 'what it did',
};

/** As lines for a person. */
export const formatChaos = (
  results: readonly FaultResult[],
  unsent: readonly UnsentLetter[],
  notBegun: readonly string[],
): string => {
  const problems = chaosProblems(results, notBegun);
  return [
    'What went wrong on purpose; attempts: the most that one batch failed; dead letters: beyond those sent wrong;',
    'memory: the most that an instance of that time had held since it started, which may have been before the fault',
    line(head),
    ...chaosRows(results, unsent).map(line),
    ...problems.map((problem) => `  ${problem}`),
    ...(problems.length > 0 ? ['NOT EVERY FAULT HAS PROVED SOMETHING.'] : []),
  ].join('\n');
};
