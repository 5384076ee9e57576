import type { DeadLetterSummary } from '../../../lambdas/shared/dead-letters/entry.ts';
import type { Listing } from './list.ts';
import { count, cut, printable, shortTime } from './printable.ts';

const headings = ['failed at', 'source', 'reason', 'bytes', 'message'] as const;

const cellsOf = ({ failedAt, source, reason, size, message }: DeadLetterSummary): string[] =>
  [shortTime(failedAt), source, reason, count(size), message].map(printable);

/** The widths of all columns but the last, which takes what is left. */
const widthsOf = (rows: readonly (readonly string[])[]): number[] =>
  headings.slice(0, -1).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));

const summaryOf = ({ entries, byReason, more }: Listing, from: number, to: number): string => {
  const total = [...byReason.values()].reduce((sum, each) => sum + each, 0);
  const span = `from ${shortTime(new Date(from).toISOString())} to ${shortTime(new Date(to).toISOString())}`;
  if (total === 0) return `no dead letters ${span}`;
  const reasons = [...byReason]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([reason, each]) => `${printable(reason)} ${count(each)}`);
  const older = more ? ' and older ones, not counted' : '';
  const shown = entries.length < total ? `, ${count(entries.length)} shown` : '';
  return `${count(total)} dead letters${older} ${span}${shown}: ${reasons.join(', ')}`;
};

/**
 * A table for a person, then one line by reason. An entry's first line is cut to the terminal; its id never is, because
 * that is what one copies.
 * @param columns - of the terminal; undefined where there is none, and nothing is cut
 */
export const formatList = (
  listing: Listing,
  { from, to }: { readonly from: number; readonly to: number },
  columns: number | undefined,
): string[] => {
  const summary = summaryOf(listing, from, to);
  if (listing.entries.length === 0) return [summary];
  const rows = listing.entries.map(cellsOf);
  const widths = widthsOf([headings, ...rows]);
  const line = (cells: readonly string[]): string => {
    const text = cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column] === 'bytes' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
    return cut(text, columns || Infinity);
  };
  return [
    line(headings),
    ...listing.entries.flatMap(({ id }, index) => [line(rows[index] ?? []), `  ${printable(id)}`]),
    summary,
  ];
};
