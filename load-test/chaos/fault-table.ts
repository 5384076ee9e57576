import { chaosRows } from '../../bin/local/chaos/format-chaos.ts';
import type { UnsentLetter } from '../../feeds/wrong/check-wrong.ts';
import type { FaultResult } from '../../local/faults/run-in-turn.ts';

export interface Measured {
  readonly date: string;
  readonly machine: string;
  readonly rate: number;
  /** As the command line has it: `60s`. */
  readonly forText: string;
}

const cells = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;

/** The table of docs/reliability.md. */
export const faultTable = (
  results: readonly FaultResult[],
  unsent: readonly UnsentLetter[],
  { date, machine, rate, forText }: Measured,
): string =>
  [
    `Written by \`npm run chaos -- --write\` on ${date}, on ${machine}: each fault for ${forText} under ${rate} events/s, one record in a hundred wrong, all in one run whose account balances. Dead letters are those of records that nobody had sent wrong; attempts, the most failed ones at one batch, of a hundred; lag, the longest of any shard; memory, the most that an instance of that time had held since it started, which may have been before the fault.`,
    '',
    cells(
      'fault',
      'lasted, s',
      'recovered after, s',
      'lag, s',
      'attempts',
      'dead letters',
      'memory, MB',
      'what it did',
      'command',
    ),
    cells('---', '---:', '---:', '---:', '---:', '---:', '---:', '---', '---'),
    ...chaosRows(results, unsent).map((row) =>
      cells(
        `\`${row.name}\``,
        row.lasted,
        row.recovered,
        row.longestLag,
        row.mostAttempts,
        row.deadLetters,
        row.peakMemory,
        row.counts,
        `\`npm start -- --exit-when-done --chaos ${row.name}:${forText}\``,
      ),
    ),
  ].join('\n');

/**
 * Puts a text between the marks of a section, `<!-- name -->` and `<!-- /name -->`.
 * @throws Error where the page has no such marks
 */
export const replaceSection = (page: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no section ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
};
