import { pause } from '../../../lambdas/delivery/pause.ts';
import type { EventAnswer } from '../../../lambdas/delivery/publish-answer.ts';
import { relayChannels } from '../../../lambdas/delivery/relay.ts';
import type { RelayLimits, RelayPorts, RelayResult } from '../../../lambdas/delivery/relay-ports.ts';
import { createRelayStore, type RelayStore } from '../../../lambdas/delivery/relay-store.ts';
import { readBody, type PublishedMessage } from '../../../lambdas/shared/delivery/message.ts';
import type { Database } from '../../../lambdas/shared/database/connection.ts';
import type { TestDatabase } from '../../support/database.ts';

/** What a subscriber of everything has seen. */
export const createWitness = () => {
  const seen: { readonly channel: string; readonly body: string }[] = [];
  const of = (channel: string): PublishedMessage[] =>
    seen.filter((one) => one.channel === channel).map(({ body }) => readBody(body));
  return {
    seen,
    of,
    /** The ids of the events of a channel, a list for each delivery. */
    ids: (channel: string): string[][] =>
      of(channel).map(({ events }) => events.map(({ sourceEventId }) => sourceEventId)),
    numbers: (channel: string): number[] => of(channel).map(({ number }) => number),
    accept: async (channel: string, bodies: readonly string[]): Promise<readonly EventAnswer[]> => {
      seen.push(...bodies.map((body) => ({ channel, body })));
      return bodies.map(() => 'accepted' as const);
    },
  };
};

const connections = new WeakMap<TestDatabase, { readonly databases: Database[]; next: number }>();
const mostConnections = 8;

/** One connection after the other, so that relays that are started together have one each and a test has few. */
const databaseOf = (world: TestDatabase): Database => {
  const own = connections.get(world) ?? { databases: [], next: 0 };
  connections.set(world, own);
  own.next = (own.next + 1) % mostConnections;
  return (own.databases[own.next] ??= world.database('delivery_relay'));
};

export const storeOf = (world: TestDatabase, holder: string, leaseMs = 15_000): RelayStore =>
  createRelayStore(databaseOf(world), { holder, leaseMs, resilient: (attempt) => attempt(10_000) });

/** Relays for at most ten seconds, with the store of PostgreSQL; a test says what is otherwise. */
export const relay = (
  store: RelayStore,
  channels: readonly string[],
  ports: Partial<RelayPorts> & Pick<RelayPorts, 'publish'>,
  limits: Partial<RelayLimits> = {},
): Promise<RelayResult> =>
  relayChannels(
    { store, park: async () => {}, wake: () => {}, now: Date.now, pause, ...ports },
    {
      leaseMs: 15_000,
      deadline: Date.now() + 10_000,
      mostPublishing: 64,
      mostReady: 128,
      mostHeld: 2_000,
      mostOfStatement: 100,
      mostIdleMs: 250,
      ...limits,
    },
    channels,
  );
