/**
 * `npm run chaos`: every fault for a minute under 500 events/s, and what it did to the platform. Takes about forty minutes.
 * `--write` puts the table of all of them into docs/reliability.md, with the date and the machine; `--for TIME` and
 * `--rate N` change the measure, `--only FAULT,…` takes some.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { formatChaos } from '../../bin/local/chaos/format-chaos.ts';
import { help, readChaosOptions } from './chaos-options.ts';
import { faultProblems } from './fault-problems.ts';
import { faultTable, replaceSection } from './fault-table.ts';
import { runFaults } from './run-faults.ts';

const read = () => {
  try {
    return readChaosOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`chaos: ${(error as Error).message}`);
    console.error(help);
    return process.exit(2);
  }
};
const options = read();
if (!options) {
  console.log(help);
  process.exit(0);
}

const { chaos, rate, forText, write } = options;
const say = (line: string): void => console.error(line);
const outcome = await runFaults({ chaos, rate, wrongPercent: 1, seed: 1, say });
const problems = faultProblems(outcome);
console.log(formatChaos(outcome.chaos, outcome.wrong?.unsent ?? [], outcome.notBegun));
for (const problem of problems) console.log(problem);

if (write && problems.length > 0) console.error('not written: something is amiss');
if (write && problems.length === 0) {
  const page = new URL('../../docs/reliability.md', import.meta.url);
  const table = faultTable(outcome.chaos, outcome.wrong?.unsent ?? [], {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`,
    rate,
    forText,
  });
  writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), 'faults', table));
  console.error('written; npm run format lays out its tables');
}
process.exitCode = problems.length === 0 ? 0 : 1;
