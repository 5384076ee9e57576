/**
 * `npm run backpressure`: 500 events/s while PostgreSQL is slow for a minute, and how the platform
 * gets over it. `--write` puts the curve and the figures into docs/reliability.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { flagFault } from '../../bin/flag-fault.ts';
import { faultProblems } from '../chaos/fault-problems.ts';
import { replaceSection } from '../chaos/fault-table.ts';
import { runFaults } from '../chaos/run-faults.ts';
import { curve } from './curve.ts';
import { backpressureProblems, catchUpRate, figuresOf, lagGoneAt } from './figures.ts';
import { sampleInto, type Sample } from './sample.ts';

const flags = { write: { type: 'boolean', default: false } } as const;
const fault = flagFault(process.argv.slice(2), flags);
if (fault !== undefined) {
  console.error(`backpressure: ${fault}; npm run backpressure -- [--write]`);
  process.exit(2);
}
const { values } = parseArgs({ options: flags });

const rate = 500;
const forMs = 60_000;
const memoryLimitMb = 512;
const pauseMs = 60_000;
const all: Sample[] = [];
const startedSampling: { at?: number } = {};

const outcome = await runFaults({
  chaos: [{ names: ['postgres-slow'], forMs }],
  rate,
  wrongPercent: 1,
  seed: 1,
  say: (line) => console.error(line),
  times: { leadMs: 20_000, pauseMs, longestRecoveryMs: 300_000 },
  watch: (run, platform) => {
    startedSampling.at = Date.now();
    return sampleInto(all)(run, platform);
  },
});
const problems = faultProblems(outcome);
for (const problem of problems) console.error(problem);
const [result] = outcome.chaos;
if (!result || problems.length > 0) process.exit(1);

const from = (result.begunAt - (startedSampling.at ?? 0)) / 1_000;
const slow = { from, to: from + result.lastedMs / 1_000 };
// The feed ends with the last fault's recovery: what follows is draining, and the account.
const fedUntil = slow.to + Math.max(pauseMs, result.recoveredMs ?? 0) / 1_000;
const samples = all.filter(({ at }) => at < fedUntil);
const back = lagGoneAt(samples, slow);
const amiss = backpressureProblems(samples, slow, back);
for (const problem of amiss) console.error(problem);
if (back === undefined || amiss.length > 0) process.exit(1);
const figures = figuresOf(samples, slow, back);
const text = [
  '![While PostgreSQL is slow, lag grows and memory stays flat; afterwards lag shrinks](backpressure.svg)',
  '',
  `Measured by \`npm run backpressure -- --write\` on ${new Date().toISOString().slice(0, 10)}, on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB: ${rate} events/s, every statement two seconds longer for ${forMs / 1_000} s.`,
  '',
  '| | before | while it was slow | while it caught up | afterwards |',
  '| --- | ---: | ---: | ---: | ---: |',
  ...figures.map(({ what, cells }) => `| ${[what, ...cells].join(' | ')} |`),
  '',
  `The longest lag was ${(result.longestLagMs / 1_000).toFixed(1)} s. All that had arrived in the slow time was stored ${((result.recoveredMs ?? 0) / 1_000).toFixed(1)} s after it, and the lag was gone after ${(back - slow.to).toFixed(1)} s. While it caught up, ${catchUpRate(samples, slow, back).toFixed(0)} events/s were stored of ${rate} sent.`,
].join('\n');
console.log(text);
if (values.write) {
  const docs = new URL('../../docs/', import.meta.url);
  writeFileSync(new URL('backpressure.svg', docs), curve(samples, slow, rate, memoryLimitMb));
  const page = new URL('reliability.md', docs);
  writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), 'backpressure', text));
  console.error('written; npm run format lays out its tables');
}
