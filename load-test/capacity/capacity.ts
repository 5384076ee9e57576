/**
 * `npm run capacity`: what many clients cost, by arithmetic, and a smoke test with 1,000 of them against the local
 * AppSync Events. `--write` puts both into docs/capacity.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { capacityPage } from './capacity-page.ts';
import { oneMatch } from './channel-kinds.ts';
import { runPushSmoke } from './push-smoke.ts';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const kinds = await oneMatch();
const positionBytes = kinds[0]?.messageBytes ?? 0;
const smokes = [
  // Positions of one match, to everybody.
  await runPushSmoke({ clients: 1_000, callsPerSecond: 5, eventsPerCall: 1, seconds: 10, eventBytes: positionBytes }),
  // 500 events a second that nothing coalesces, to a few.
  await runPushSmoke({ clients: 10, callsPerSecond: 100, eventsPerCall: 5, seconds: 10, eventBytes: 500 }),
];
const text = capacityPage({
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`,
  kinds,
  smokes,
});
console.log(text);
if (values.write) writeFileSync(new URL('../../docs/capacity.md', import.meta.url), text);
