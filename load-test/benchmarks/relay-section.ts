import type { RelayResult } from './relay.ts';
import { showSpread, whole } from './statistics.ts';

/** The section of docs/benchmarks.md on the relay. */
export const relaySection = (results: readonly RelayResult[]): string => `## The relay

One relay that finds messages waiting in so many channels of \`each\`, 400 bytes each: lease, read, number, publish in calls
of five, mark, let go. AppSync is a stand-in on the same machine that answers at once, or after 20 ms, which is about what a
call takes; calls are signed and go over HTTP without TLS. A channel has one call under way at a time, a relay 64.

| channels | messages | AppSync answers after, ms | messages/s |
|---:|---:|---:|---:|
${results.map((row) => `| ${whole(row.channels)} | ${whole(row.messages)} | ${row.answerMs} | ${showSpread(row.perSecond)} |`).join('\n')}
`;
