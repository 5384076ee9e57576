import type { EventOrder, OutboxRow } from '../../../lambdas/delivery/plan-messages.ts';
import type { RelayStore, UnpublishedMessage, Waiting } from '../../../lambdas/delivery/relay-store.ts';

/** A row of the outbox in memory; its id orders it, whenever it became visible. */
export interface Row {
  readonly id: number;
  readonly channel: string;
  readonly delivery: 'each' | 'latest';
  readonly row: Omit<OutboxRow, 'id' | 'sent'>;
}

interface Channel {
  readonly delivery: 'each' | 'latest';
  lastNumber: number;
  oldestNumber: number;
  nextAt: number;
  retryAt: number;
  lease: string | undefined;
  leasedUntil: number;
}

export interface Stored extends UnpublishedMessage {
  publishedAt: number | undefined;
  body: string;
  unpublishable: UnpublishedMessage['unpublishable'];
  attempts: number;
  refused: string | null;
  tombstone: boolean;
}

/** The four tables of delivery in memory; `rows` are those that are visible. */
export class DeliveryTables {
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Map<number, Stored>>();
  readonly snapshots = new Map<string, { readonly number: number; readonly event: EventOrder }>();
  rows: Row[] = [];

  unpublished(channel: string): Stored[] {
    return [...(this.messages.get(channel)?.values() ?? [])]
      .filter(({ publishedAt }) => publishedAt === undefined)
      .sort((a, b) => a.number - b.number);
  }

  waits(channel: string): boolean {
    return this.rows.some((row) => row.channel === channel) || this.unpublished(channel).length > 0;
  }

  /** What a sweep finds. */
  leftAlone(now: number): string[] {
    const names = new Set([...this.rows.map(({ channel }) => channel), ...this.channels.keys()]);
    return [...names].filter((channel) => {
      const { lease, leasedUntil = 0 } = this.channels.get(channel) ?? {};
      if (lease !== undefined) return leasedUntil <= now;
      return this.waits(channel);
    });
  }
}

/** As `relay-statements.ts` has them; smaller, so that a few rows fill one. */
export interface PageSizes {
  readonly each: number;
  readonly latest: number;
}

/** The store in memory, with the rules of the statements: what each does, it does at once. */
export const memoryStore = (
  tables: DeliveryTables,
  holder: string,
  leaseMs: number,
  now: () => number,
  pages: PageSizes,
  lease: 'checked' | 'anyone' = 'checked',
): RelayStore => {
  const holds = (channel: string): Channel | undefined => {
    const found = tables.channels.get(channel);
    return found?.lease === holder || lease === 'anyone' ? found : undefined;
  };
  const sorted = (channels: readonly string[]): string[] => [...channels].sort();

  const readOne = (channel: string): Waiting[] => {
    const found = holds(channel);
    if (!found) return [];
    const { delivery, lastNumber, nextAt } = found;
    const unpublished = tables.unpublished(channel).slice(0, pages.each);
    const all = tables.rows.filter((row) => row.channel === channel).sort((a, b) => a.id - b.id);
    const page = unpublished.length > 0 ? [] : all.slice(0, pages[delivery]);
    return [
      {
        channel,
        delivery,
        lastNumber,
        waitMs: Math.max(0, nextAt - now()),
        now: now(),
        unpublished: unpublished.map(({ number, body, unpublishable, attempts, refused }) => ({
          refused,
          number,
          body,
          unpublishable,
          attempts,
        })),
        control: unpublished.some(({ refused, unpublishable }) => refused !== null || unpublishable !== null)
          ? (tables.messages.get(channel)?.get((unpublished[0]?.number ?? 0) - 1)?.body ?? null)
          : null,
        rows: page.map(({ id, row }) => {
          const snapshot = tables.snapshots.get(`${channel} ${row.event.entity}`);
          const { occurredAt = '', sourceEventId = '' } = snapshot?.event ?? {};
          return { ...row, id: String(id), sent: snapshot ? { occurredAt, sourceEventId } : null };
        }),
        more: page.length === pages[delivery],
      },
    ];
  };

  return {
    take: async (channels) =>
      sorted(channels).flatMap((channel) => {
        const first = tables.rows.filter((row) => row.channel === channel).sort((a, b) => a.id - b.id)[0];
        if (!tables.channels.has(channel) && first)
          tables.channels.set(channel, {
            delivery: first.delivery,
            lastNumber: 0,
            oldestNumber: 1,
            nextAt: -Infinity,
            retryAt: -Infinity,
            lease: undefined,
            leasedUntil: 0,
          });
        const found = tables.channels.get(channel);
        if (!found || found.retryAt > now()) return [];
        if (found.lease !== undefined && found.leasedUntil > now() && found.lease !== holder) return [];
        const lapsed = found.lease !== undefined && found.lease !== holder;
        found.lease = holder;
        found.leasedUntil = now() + leaseMs;
        return [{ channel, lapsed }];
      }),
    read: async (channels) => channels.flatMap(readOne),
    number: async (numberings) => {
      const done = new Set<string>();
      for (const { channel, lastNumber, rows, messages, snapshots, pauseMs } of numberings) {
        const found = holds(channel);
        if (!found || found.lastNumber !== lastNumber) continue;
        done.add(channel);
        const gone = new Set(rows);
        tables.rows = tables.rows.filter((row) => row.channel !== channel || !gone.has(String(row.id)));
        const stored = tables.messages.get(channel) ?? new Map<number, Stored>();
        tables.messages.set(channel, stored);
        for (const message of messages) {
          const tombstone = message.unpublishable !== null;
          stored.set(message.number, { ...message, attempts: 0, refused: null, publishedAt: undefined, tombstone });
        }
        for (const { number, event } of snapshots)
          tables.snapshots.set(`${channel} ${event.entity}`, { number, event });
        found.lastNumber += messages.length;
        if (pauseMs > 0) found.nextAt = now() + pauseMs;
        found.leasedUntil = now() + leaseMs;
      }
      return done;
    },
    mark: async (published) => {
      for (const { channel, number } of published) {
        const stored = tables.messages.get(channel)?.get(number);
        if (!stored || stored.publishedAt !== undefined) continue;
        stored.publishedAt = now();
        stored.attempts += 1;
        stored.unpublishable = null;
      }
    },
    entomb: async (tombs) => {
      for (const { channel, number, body, refusal } of tombs) {
        const stored = tables.messages.get(channel)?.get(number);
        if (!holds(channel) || !stored || stored.publishedAt !== undefined || stored.tombstone) continue;
        stored.refused = null;
        stored.unpublishable = { original: stored.body, refusal };
        stored.body = body;
        stored.attempts += 1;
        stored.tombstone = true;
      }
    },
    doubt: async (doubts) => {
      for (const { channel, number, refusal } of doubts) {
        const stored = tables.messages.get(channel)?.get(number);
        if (!holds(channel) || !stored || stored.publishedAt !== undefined || stored.tombstone) continue;
        stored.attempts = stored.refused === refusal ? stored.attempts + 1 : 1;
        stored.refused = refusal;
      }
    },
    renew: async (channels) => {
      const still = channels.filter((channel) => holds(channel));
      for (const channel of still) (holds(channel) as Channel).leasedUntil = now() + leaseMs;
      return new Set(still);
    },
    letGo: async (channels) => {
      const gone = channels.filter((channel) => holds(channel) && !tables.waits(channel));
      for (const channel of gone) (holds(channel) as Channel).lease = undefined;
      return new Set(gone);
    },
    release: async (channels, putOffMs) => {
      for (const channel of channels) {
        const found = holds(channel);
        if (!found) continue;
        found.lease = undefined;
        if (putOffMs > 0) found.retryAt = now() + putOffMs;
      }
    },
    releaseUntilNext: async (channels) => {
      for (const channel of channels) {
        const found = holds(channel);
        if (!found) continue;
        found.lease = undefined;
        found.retryAt = Math.max(found.retryAt, found.nextAt);
      }
    },
  };
};
