import type { DeliveryAccount } from '../../../feeds/account/delivery/delivery-book.ts';
import type {
  ChannelState,
  MessageRow,
  OutboxRow,
  SnapshotRow,
  StoredEvent,
  Tombstone,
} from '../../../feeds/account/delivery/evidence.ts';
import { digestsOf, readMessage } from '../../../feeds/account/delivery/read-message.ts';
import { takeDeliveryAccount } from '../../../feeds/account/delivery/take-delivery-account.ts';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';

export const beganAt = Date.parse('2026-03-01T12:00:00Z');
const hourMs = 3_600_000;
const rules = {
  expiresAfterMs: { each: 12 * hourMs, latest: 300_000 },
  keepPublishedMs: { each: 24 * hourMs, latest: hourMs },
};

export const posts = 'social/posts/reds';
export const positions = 'match/positions/m1';
const subjects: Readonly<Record<string, string>> = { [posts]: 'social-post', [positions]: 'sensor-position' };
const sourceOf: Readonly<Record<string, string>> = { [posts]: 'social', [positions]: 'stadium-sensors' };

/** What the tables hold, and what a subscriber was delivered; a test changes it as it likes. */
export interface KnownDelivery {
  readonly channels: Map<string, ChannelState>;
  readonly rows: MessageRow[];
  readonly texts: Map<string, string>;
  readonly snapshots: SnapshotRow[];
  readonly outbox: OutboxRow[];
  readonly stored: StoredEvent[];
  readonly tombstones: Tombstone[];
  readonly log: DeliveryLog;
  now: number;
}

/** Of a subscriber that has been there for a minute, and is. */
const connectedLog = (baselines: ReadonlyMap<string, number>): DeliveryLog => {
  const log = new DeliveryLog(baselines);
  log.connected(beganAt - 60_000);
  return log;
};

export const emptyDelivery = (baselines: ReadonlyMap<string, number> = new Map()): KnownDelivery => ({
  channels: new Map(),
  rows: [],
  texts: new Map(),
  snapshots: [],
  outbox: [],
  stored: [],
  tombstones: [],
  log: connectedLog(baselines),
  now: beganAt + 60_000,
});

/** The n-th event of all, a millisecond after the one before. */
export const storedEvent = (channel: string, n: number, name = 'reds'): StoredEvent => {
  const source = sourceOf[channel] ?? '';
  const sourceEventId = `id-${String(n).padStart(5, '0')}`;
  const arrivedAt = beganAt + n;
  return {
    key: `${source}/${Math.floor(beganAt / 86_400_000)}/${sourceEventId}`,
    source,
    sourceEventId,
    subject: subjects[channel] ?? '',
    entity: channel === positions ? `m1/${name}` : name,
    occurredAt: arrivedAt * 1_000,
    arrivedAt,
    storedAt: arrivedAt + 20,
    body: `{"z": "${sourceEventId}", "n": 1.50}`,
  };
};

export const textOf = (channel: string, number: number, events: readonly StoredEvent[], tombstone?: string): string =>
  JSON.stringify({
    channel,
    number,
    delivery: channel === posts ? 'each' : 'latest',
    events: events.map(({ source, sourceEventId, entity, occurredAt }) => ({
      source,
      sourceEventId,
      entity,
      occurredAt: new Date(occurredAt / 1_000).toISOString(),
      body: { n: 1.5, z: sourceEventId },
    })),
    ...(tombstone === undefined ? {} : { tombstone }),
  });

export const rowOf = (channel: string, number: number, text: string, numberedAt: number): MessageRow => {
  const value: unknown = JSON.parse(text);
  return {
    channel,
    number,
    numberedAt,
    publishedAt: numberedAt + 3,
    message: readMessage(value),
    ...digestsOf(text, value),
  };
};

/** Gives the next number of a channel to some events, as the relay does. @returns the text that is published */
export const numberEvents = (world: KnownDelivery, channel: string, events: readonly StoredEvent[], at: number) => {
  const delivery = channel === posts ? 'each' : 'latest';
  const before = world.channels.get(channel);
  const number = (before?.lastNumber ?? 0) + 1;
  const perSecond = delivery === 'latest' ? 5 : undefined;
  const oldestNumber = before?.oldestNumber ?? 1;
  world.channels.set(channel, { channel, delivery, perSecond, lastNumber: number, oldestNumber });
  const text = textOf(channel, number, events);
  world.rows.push(rowOf(channel, number, text, at));
  world.texts.set(`${channel}#${number}`, text);
  if (delivery === 'latest') {
    for (const { entity, sourceEventId } of events) {
      const index = world.snapshots.findIndex((row) => row.channel === channel && row.entity === entity);
      const row = { channel, entity, number, sourceEventId };
      if (index < 0) world.snapshots.push(row);
      else world.snapshots[index] = row;
    }
  }
  return { number, text };
};

export const push = (world: KnownDelivery, text: string, at = world.now): void => world.log.push(text, at, () => true);

async function* inPages<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < items.length; from += 3) yield items.slice(from, from + 3);
}

export const accountOf = (world: KnownDelivery): Promise<DeliveryAccount> =>
  takeDeliveryAccount(
    {
      readers: {
        readChannels: () => Promise.resolve([...world.channels.values()]),
        readMessages: () => inPages(world.rows),
        readSnapshots: () => inPages(world.snapshots),
        readOutbox: () => inPages(world.outbox),
        readStoredEvents: () => inPages(world.stored),
      },
      log: world.log,
      rules,
      now: () => world.now,
    },
    world.tombstones,
  );

/** Every fault of a world, as kind → number. */
export const faultsOf = async (world: KnownDelivery): Promise<Record<string, number>> => {
  const { families, balances } = await accountOf(world);
  const faults: Record<string, number> = {};
  for (const family of families)
    for (const [kind, count] of Object.entries(family.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  if (balances !== (Object.keys(faults).length === 0)) throw new Error('balances, and has faults, or the other way');
  return faults;
};
