/**
 * `npm run bench`: every figure that DESIGN section 8 promises and this machine can measure, in one run.
 * `--write` puts them into docs/benchmarks.md, with the date and the machine; `--quick` takes fewer rounds.
 */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchDecode, type DecodeResult } from './decode.ts';
import { page } from './page.ts';
import { benchRelay } from './relay.ts';
import { benchPlatform } from './running-platform.ts';
import { benchSources } from './source-events.ts';
import { benchStore } from './store.ts';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(
    'Usage: npm run bench -- [--quick] [--write]\n\nTakes about six minutes; nothing else should run meanwhile.',
  );
  process.exit(0);
}

const say = (line: string): void => console.error(line);
const rounds = values.quick ? 2 : 5;

say('decoding …');
const decode: DecodeResult[] = [];
for (const source of benchSources)
  for (const compression of ['none', 'zlib'] as const) decode.push(await benchDecode(source, compression));
say('storing …');
const store = await benchStore(rounds, say);
say('relaying …');
const relay = await benchRelay(rounds, say);
say('the whole platform at 500 events/s …');
const platform = await benchPlatform(values.quick ? 10 : 60, say);

const text = page({
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`,
  rounds,
  decode,
  store,
  relay,
  platform,
});
console.log(text);
if (values.write) writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), text);
