import { wrongFaultKinds, type WrongCheck, type WrongFault } from './check-wrong.ts';

/** What a dead letter may take to be one. Milliseconds. */
const longMs = 5_000;

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Nearest rank: a value that was there. @param sorted - ascending, not empty */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(24)}${cells.map((cell) => cell.padStart(9)).join('')}`;

const distribution = (name: string, times: readonly number[]): string => {
  const sorted = [...times].sort((a, b) => a - b);
  const quantiles = [0.5, 0.95, 0.99, 1].map((share) => number(quantile(sorted, share)));
  return row(name, [number(times.length), ...quantiles, number(times.filter((ms) => ms > longMs).length)]);
};

const byReason = (times: ReadonlyMap<string, readonly number[]>): string[] =>
  [...times]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .map(([reason, of]) => distribution(reason, of));

const faultLine = ({ fault, source, kind, position, expected, found }: WrongFault): string =>
  [
    `  ${wrongFaultKinds[fault]}: ${source}`,
    ...(kind === undefined ? [] : [`"${kind}"`]),
    ...(expected === undefined ? [] : [`should be ${expected}`]),
    ...(found === undefined ? [] : [`is ${found}`]),
    ...(position === undefined ? [] : [position]),
  ].join(', ');

/** As lines for a person: how long dead letters took by reason, what was found of what was sent wrong, and what is amiss. */
export const formatWrong = ({
  sent,
  found,
  held,
  sentAgain,
  faultCount,
  faults,
  parkedAfter,
  givenUpAfter,
  ofFaults,
}: WrongCheck): string => {
  const all = [...parkedAfter.values()].flat();
  return [
    `Wrong on purpose: ${number(sent)} records, ${number(found)} in the dead letters with their reason`,
    ...(held > 0 ? [`  ${number(held)} are held with their source: they are judged when it is read again`] : []),
    ...(sentAgain > 0 ? [`  ${number(sentAgain)} were sent once more by the producer, and are there once more`] : []),
    ...(all.length === 0 && givenUpAfter.size === 0
      ? []
      : [row('arrival to dead letter, ms', ['count', 'p50', 'p95', 'p99', 'max', '> 5 s'])]),
    ...byReason(parkedAfter),
    ...(parkedAfter.size > 1 ? [distribution('all', all)] : []),
    ...(givenUpAfter.size > 0 ? ['  given up by Lambda', ...byReason(givenUpAfter)] : []),
    ...ofFaults.map(({ what, count, most }) => `  ${number(count)} ${what}; ${number(most)} at most`),
    ...faults.map(faultLine),
    ...(faultCount > faults.length ? [`  and ${number(faultCount - faults.length)} more`] : []),
    ...(faultCount > 0 ? ['THE DEAD LETTERS ARE NOT WHAT WAS SENT WRONG.'] : []),
  ].join('\n');
};
