import type { DecodeResult } from './decode.ts';
import type { DeliveredResult } from './delivered-latencies.ts';
import { relaySection } from './relay-section.ts';
import type { RelayResult } from './relay.ts';
import type { LatencyResult, PlatformResult } from './running-platform.ts';
import { showSpread, whole, type Spread } from './statistics.ts';
import type { StoreResult } from './store.ts';

export interface Figures {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly decode: readonly DecodeResult[];
  readonly store: readonly StoreResult[];
  readonly relay: readonly RelayResult[];
  readonly platform: PlatformResult;
}

const ratio = (spread: Spread): string => showSpread(spread, (value) => value.toFixed(2));
const ms = (value: number): string => value.toFixed(1);
const cells = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;
const storeRow = (row: StoreResult): string =>
  cells(
    row.source,
    showSpread(row.copy),
    showSpread(row.oneLane),
    ratio(row.oneLaneOfCopy),
    showSpread(row.fourLanes),
    ratio(row.fourLanesOfCopy),
    showSpread(row.copyInOne),
    showSpread(row.singleInserts),
  );
const latencyRow = ({ source, events, stored, answered, batchSizes }: LatencyResult): string =>
  cells(
    source,
    whole(events),
    ...[stored, answered].flatMap(({ p50, p95, p99, worst }) => [p50, p95, p99, worst].map(ms)),
    ...[batchSizes.p50, batchSizes.p95, batchSizes.worst].map(whole),
  );
const deliveredRow = ({ family, delivery, messages, events, superseded, ...measured }: DeliveredResult): string =>
  cells(
    family,
    delivery,
    ...[messages, events, superseded].map(whole),
    ...[measured.stored, measured.delivered, measured.relayed].flatMap(({ p50, p95, p99, max }) =>
      [p50, p95, p99, max].map(whole),
    ),
  );
const eventsOf = ({ latency }: PlatformResult): number => latency.reduce((sum, { events }) => sum + events, 0);
const known = (value: number | undefined): string => (value === undefined ? 'not called' : whole(value));

/** The page docs/benchmarks.md. Rates are of this machine on this day; the ratios, taken within a round, are what to compare. */
export const page = ({ date, machine, rounds, decode, store, relay, platform }: Figures): string => `# Benchmarks

Written by \`npm run bench -- --write\` on ${date}, on ${machine}. PostgreSQL ran on the same machine, with fsync and TLS.
Figures are medians of ${rounds} rounds, with the lowest and the highest; rates are events or records a second.

## Decoding

Frame, Avro and content hash, batches of 500, one core.

| source | compression | bytes a record | records/s |
|---|---|---:|---:|
${decode.map((row) => `| ${row.source} | ${row.compression} | ${whole(row.bytesPerRecord)} | ${showSpread(row.recordsPerSecond)} |`).join('\n')}

## Storing

Batches of 500 as base64 Kinesis events through the whole handler: decode, validate, enrich, the one statement with its
windows and outbox rows, and the projection (DynamoDB answered at once by a stand-in, because the local one would be what
is measured). Each lane is a process of its own, as a Lambda instance is; the database and all lanes share the two cores.
\`COPY\` gets the same rows, already encoded, into the same table, with 500 rows a transaction. A lane of \`market\` has
five symbols, one of \`stadium-sensors\` the 23 entities of a match, one of \`social\` five teams.

| source | COPY | handler, one lane | of COPY | handler, four lanes | of COPY | COPY in one transaction | one insert a record |
|---|---:|---:|---:|---:|---:|---:|---:|
${store.map(storeRow).join('\n')}

What binds it, with a profile: [What binds the handler](throughput.md).

${relaySection(relay)}
## The whole platform

From the synthesized templates, all sources together at 500 events/s for ${platform.seconds} s; ${whole(eventsOf(platform))}
events, every one counted. Milliseconds from the invoke of an event's batch: until its statement has answered, and until the function has,
by when it is projected as well (into the local DynamoDB, which takes its time).

| source | events | stored p50 | p95 | p99 | worst | answered p50 | p95 | p99 | worst | batch p50 | p95 | largest |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${platform.latency.map(latencyRow).join('\n')}

### Until it is on the screen

The same events, as a subscriber of its own gets them over the WebSocket; every event that was delivered, none sampled,
and the account of the run balances. Milliseconds from the arrival in the stream: until the statement that stores it
begins, and until the client has it. A shard that was empty is read again a second later, as Lambda does it: sources with
few records wait for that up to a second, and that is in both. \`latest\` channels carry so many messages a second at most
(positions 5, quotes and trades 1), and what waits for its turn is meant to; so the last columns count from when an
event is due: stored, and its channel's turn.

| channels | delivery | messages | events | superseded | stored p50 | p95 | p99 | worst | delivered p50 | p95 | p99 | worst | due to delivered p50 | p95 | p99 | worst |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${platform.delivered.map(deliveredRow).join('\n')}

| function | bundle, kB | cold start, ms | peak memory, MB |
|---|---:|---:|---:|
${platform.functions.map((row) => `| ${row.name} | ${whole(row.bundleKb)} | ${known(row.coldStartMs)} | ${known(row.peakRssMb)} |`).join('\n')}

Peak memory is the largest resident set of an instance after a burst at the end, with batches of up to
${platform.fullestBatch}, and 500 rejects for the intake; the run ends a function that uses more than its template gives it, which is 512 MB here.

A cold start is from the spawn of the process to the loaded bundle, on this machine; Lambda adds its own.
`;
