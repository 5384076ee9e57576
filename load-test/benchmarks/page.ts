import type { DecodeResult } from './decode.ts';
import type { LatencyResult, PlatformResult } from './running-platform.ts';
import { showSpread, whole, type Spread } from './statistics.ts';
import type { StoreResult } from './store.ts';

export interface Figures {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly decode: readonly DecodeResult[];
  readonly store: StoreResult;
  readonly platform: PlatformResult;
}

const ratio = (spread: Spread): string => showSpread(spread, (value) => value.toFixed(2));
const ms = (value: number): string => value.toFixed(1);
const row = (name: string, { p50, p95, p99, worst }: LatencyResult['stored']): string =>
  `| ${name} | ${[p50, p95, p99, worst].map(ms).join(' | ')} |`;
const known = (value: number | undefined): string => (value === undefined ? 'not called' : whole(value));

/** The page docs/benchmarks.md. Rates are of this machine on this day; the ratios, taken within a round, are what to compare. */
export const page = ({ date, machine, rounds, decode, store, platform }: Figures): string => `# Benchmarks

Written by \`npm run bench -- --write\` on ${date}, on ${machine}. PostgreSQL ran on the same machine, with fsync and TLS.
Figures are medians of ${rounds} rounds, with the lowest and the highest; rates are events or records a second.

## Decoding

Frame, Avro and content hash, batches of 500, one core.

| compression | bytes a record | records/s |
|---|---:|---:|
${decode.map((row) => `| ${row.compression} | ${whole(row.bytesPerRecord)} | ${showSpread(row.recordsPerSecond)} |`).join('\n')}

## Storing

Batches of 500 as base64 Kinesis events through the whole handler: decode, validate, enrich, the one statement with its
windows and outbox rows, and the projection (five symbols a lane, DynamoDB answered at once by a stand-in, because the
local one would be what is measured). Each lane is a process of its own, as a Lambda instance is; the database and all
lanes share the two cores. \`COPY\` gets the same rows, already encoded, into the same table.

| | events/s | of COPY, 500 rows a transaction | of COPY, one transaction |
|---|---:|---:|---:|
| COPY, 500 rows a transaction | ${showSpread(store.copy)} | 1 | |
| COPY, all in one transaction | ${showSpread(store.copyInOne)} | | 1 |
| handler, one lane | ${showSpread(store.oneLane)} | ${ratio(store.oneLaneOfCopy)} | ${ratio(store.oneLaneOfCopyInOne)} |
| handler, four lanes | ${showSpread(store.fourLanes)} | ${ratio(store.fourLanesOfCopy)} | ${ratio(store.fourLanesOfCopyInOne)} |
| one insert a record | ${showSpread(store.singleInserts)} | | |

What binds it, with a profile: [What binds the handler](throughput.md).

## The whole platform

From the synthesized templates, at 500 events/s for ${platform.latency.seconds} s; ${whole(platform.latency.events)} events, every one
counted. Milliseconds from the invoke of an event's batch: until its statement has answered, and until the function has,
by when it is projected as well (into the local DynamoDB, which takes its time).

| | p50 | p95 | p99 | worst |
|---|---:|---:|---:|---:|
${row('stored', platform.latency.stored)}
${row('answered', platform.latency.answered)}

Batch sizes: median ${platform.latency.batchSizes.p50}, p95 ${platform.latency.batchSizes.p95}, largest ${platform.latency.batchSizes.worst}.

| function | bundle, kB | cold start, ms | peak memory, MB |
|---|---:|---:|---:|
${platform.functions.map((row) => `| ${row.name} | ${whole(row.bundleKb)} | ${known(row.coldStartMs)} | ${known(row.peakRssMb)} |`).join('\n')}

Peak memory is the largest resident set of an instance after a burst at the end, with batches of up to
${platform.fullestBatch}; the run ends a function that uses more than its template gives it, which is 512 MB here.

A cold start is from the spawn of the process to the loaded bundle, on this machine; Lambda adds its own.
`;
