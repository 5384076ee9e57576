/**
 * `npm run chaos`: every fault for a minute under 500 events/s, and what it did to the platform. Takes about forty minutes.
 * `--write` puts the table into docs/reliability.md, with the date and the machine; `--for TIME` and `--rate N` change the
 * measure, `--only FAULT,…` takes some.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { readChaos } from '../../bin/local/chaos/chaos-steps.ts';
import { faultNames } from '../../bin/local/chaos/fault-names.ts';
import { formatChaos } from '../../bin/local/chaos/format-chaos.ts';
import { faultProblems } from './fault-problems.ts';
import { faultTable, replaceSection } from './fault-table.ts';
import { runFaults } from './run-faults.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    for: { type: 'string', default: '60s' },
    rate: { type: 'string', default: '500' },
    only: { type: 'string', default: faultNames.join(',') },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log('Usage: npm run chaos -- [--for 60s] [--rate 500] [--only FAULT,…] [--write]');
  process.exit(0);
}

const chaos = readChaos([
  values.only
    .split(',')
    .map((name) => `${name}:${values.for}`)
    .join(','),
]);
const say = (line: string): void => console.error(line);
const outcome = await runFaults({ chaos, rate: Number(values.rate), wrongPercent: 1, seed: 1, say });
const problems = faultProblems(outcome);
console.log(formatChaos(outcome.chaos, outcome.wrong?.unsent ?? []));
for (const problem of problems) console.log(problem);

if (values.write && problems.length === 0) {
  const page = new URL('../../docs/reliability.md', import.meta.url);
  const table = faultTable(outcome.chaos, outcome.wrong?.unsent ?? [], {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`,
    rate: Number(values.rate),
    forText: values.for,
  });
  writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), 'faults', table));
  console.error('written; npm run format lays out its tables');
}
process.exitCode = problems.length === 0 ? 0 : 1;
