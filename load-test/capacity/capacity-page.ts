import { environmentNamed } from '../../lib/config/environments.ts';
import { whole } from '../benchmarks/statistics.ts';
import { kindLoad, prices, pushLoad, quotas, type ChannelKind } from './push-load.ts';
import type { SmokeFigures } from './push-smoke.ts';

export interface CapacityFigures {
  readonly date: string;
  readonly machine: string;
  readonly kinds: readonly ChannelKind[];
  readonly smokes: readonly SmokeFigures[];
}

const clients = 10_000;
/** What the resume endpoint takes a second. */
const resumeRates = (['dev', 'staging', 'prod'] as const).map((name) => ({
  name,
  perSecond: environmentNamed(name).restApi.requestsPerSecond,
}));
const crowds = [1_000, 10_000, 50_000] as const;
const dollars = (value: number): string => `$${value < 10 ? value.toFixed(2) : whole(value)}`;
const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(part / of < 0.01 ? 2 : 1)} %`;
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const ms = (value: number): string => value.toFixed(1);

const kindRow = (kind: ChannelKind): string => {
  const { published, units, outbound, outboundRaw } = kindLoad(kind, clients);
  const rate = kind.delivery === 'each' ? 'each' : `latest, ${kind.perSecond}/s`;
  return row(
    `\`${kind.name}\``,
    whole(kind.channels),
    rate,
    String(kind.eventsPerSecond),
    `${whole(kind.messageBytes)} (${units})`,
    String(published),
    `${kind.channelsPerClient} of ${kind.channels}`,
    whole(outbound),
    whole(outboundRaw),
  );
};

const crowdRow =
  (kinds: readonly ChannelKind[]) =>
  (count: number): string => {
    const load = pushLoad(kinds, count);
    return row(
      whole(count),
      `${whole(load.outbound)} (${percent(load.outbound, quotas.outboundPerSecond)})`,
      `${load.connectSeconds} s`,
      dollars(load.dollarsPerHour),
      whole(load.outboundRaw),
      dollars(load.dollarsPerHourRaw),
    );
  };

const smokeRow = (smoke: SmokeFigures): string =>
  row(
    whole(smoke.clients),
    `${smoke.callsPerSecond} × ${smoke.eventsPerCall}`,
    whole(smoke.eventBytes),
    `${smoke.complete} of ${smoke.clients}`,
    whole(smoke.framesPerSecond),
    ...[smoke.p50, smoke.p95, smoke.worst].map(ms),
    percent(smoke.cpuShare, 1),
    whole(smoke.rssMb),
    ms(smoke.ownDelayMs),
    `${(smoke.subscribedMs / 1_000).toFixed(1)} s`,
  );

/** The page docs/capacity.md. The arithmetic is computed from the constants of `push-load.ts`; the smoke test is measured. */
export const capacityPage = ({ date, machine, kinds, smokes }: CapacityFigures): string => {
  const resumes = kinds.reduce((sum, kind) => sum + kind.channelsPerClient, 0);
  const load = pushLoad(kinds, clients);
  const widest = kinds.map((kind) => kindLoad(kind, clients)).toSorted((a, b) => b.outbound - a.outbound)[0];
  return `# Capacity: clients that are pushed to

Written by \`npm run capacity -- --write\` on ${date}, on ${machine}. The first part is arithmetic, from AppSync's quotas and prices and from what our messages really weigh; nothing in it was measured in AWS. The second is a smoke test of the local AppSync Events.

## ${whole(clients)} clients, arithmetic

One match, twenty symbols and two teams at 500 events/s, the rates of the simulated feed. A client looks at the match, at five symbols and at one team. AppSync counts and bills in units of ${quotas.unitBytes / 1_024} KB; sizes are of messages as the relay composes them, made by the real enrichers.

| kind | channels | delivery | events/s a channel | bytes a message (units) | published/s, all channels | a client listens to | units out/s | without coalescing |
|---|---:|---|---:|---:|---:|---|---:|---:|
${kinds.map(kindRow).join('\n')}
| together | | | | | ${whole(load.published)} | | ${whole(load.outbound)} | ${whole(load.outboundRaw)} |

Coalescing is what makes it possible: \`latest\` sends one message with the newest event of every entity instead of one an event. Without it the units out would be ${(load.outboundRaw / load.outbound).toFixed(0)} times as many, and ${(load.outboundRaw / quotas.outboundPerSecond).toFixed(1)} times the quota.

| clients | units out/s (of the quota of ${whole(quotas.outboundPerSecond)}) | to connect all, at ${whole(quotas.connectsPerSecond)}/s | an hour costs | without coalescing, out/s | an hour would cost |
|---:|---:|---:|---:|---:|---:|
${crowds.map(crowdRow(kinds)).join('\n')}

- **The first limit is outbound**, ${whole(quotas.outboundPerSecond)} units/s an API: it is reached with ${whole(load.mostClients)} such clients. ${widest ? `The widest kind, \`${widest.name}\`, takes ${percent(widest.outbound, load.outbound)} of it.` : ''} All quotas but subscriptions a connection can be raised on request.
- **Publishing** takes ${whole(load.tokens)} of ${whole(quotas.publishTokensPerSecond)} request tokens/s an account and Region, and ${percent(load.published, quotas.inboundPerSecond)} of the ${whole(quotas.inboundPerSecond)} inbound events/s, whatever the number of clients. More matches cost more here: each publishes about ${whole(load.tokens)} units/s.
- **Subscriptions**: a client has one for each kind (with a wildcard) or for each channel, of ${quotas.subscriptionsPerConnection} at most.
- **Price**: $${prices.perMillionOperations} a million operations (each unit in or out), $${prices.perMillionConnectionMinutes} a million connection-minutes. Deliveries are nearly all of it: connections are ${dollars((clients * 60 * prices.perMillionConnectionMinutes) / 1e6)} of ${dollars(load.dollarsPerHour)} an hour. Connects, subscribes and keep-alives, which are billed too, are below a percent and left out.
- **What would halve the price**: a message of positions that fits one unit. It has ${whole(kinds[0]?.messageBytes ?? 0)} bytes for 23 entities; below ${whole(quotas.unitBytes)} the kind would cost half.
- **After a reconnect of all**, each client asks the resume endpoint once per channel it listens to: ${whole(clients * resumes)} requests, at $1 a million of HTTP API. The API takes so many a second as the environment says (\`restApi.requestsPerSecond\`) and answers 429 to the rest, which clients repeat with backoff, half a minute at most; repeats take their share of the same limit. So this is the least that a reconnect takes until everybody has everything:

| clients | requests | ${resumeRates.map(({ name, perSecond }) => `${name}, at ${whole(perSecond)}/s`).join(' | ')} |
|---:|---:|${resumeRates.map(() => '---:|').join('')}
${crowds.map((count) => row(whole(count), whole(count * resumes), ...resumeRates.map(({ perSecond }) => `${whole(Math.ceil((count * resumes) / perSecond))} s`))).join('\n')}

A request also occupies one of the function's reserved instances while it is answered: the rate holds only where an answer takes less than reserved ÷ rate (40 ms in production). The local run does not throttle by rate.

Prices are list prices of us-east-1 from secondary sources (2026-09); quotas are AWS's defaults.

## Smoke test, measured

The local AppSync Events in its own process, the clients in another, the publisher in a third, all on this machine. Every event's way is measured, from before the publish to the client's callback. That the service has a process of its own is for the poller's sake: "timers late" is how much later than asked timers of the publishing process fired, at the 99th percentile, meanwhile.

| clients | calls/s × events | bytes an event | got everything | frames/s | p50 ms | p95 ms | worst ms | its CPU, of a core | its RSS, MB | timers late, ms | to connect and subscribe |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${smokes.map(smokeRow).join('\n')}
`;
};
