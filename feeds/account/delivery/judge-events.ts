import type { ChannelLog, DeliveryLog } from '../../subscriber/delivery-log.ts';
import type { DeliveryBook } from './delivery-book.ts';
import type { DeliveryKind, StoredEvent } from './evidence.ts';
import { channelOf } from './channel-of.ts';
import { familyOfChannel, familyOfSubject } from './families.ts';
import { digestOfBody, parseText } from './read-message.ts';
import { turnsOf } from './turns.ts';
import { at, entityKey, type MessageEvidence, type Placed } from './judge-messages.ts';

/** What the platform is set to do; milliseconds. */
export interface DeliveryRules {
  /** Older than this since its arrival an event is no longer numbered. */
  readonly expiresAfterMs: Readonly<Record<DeliveryKind, number>>;
  /** How long a published message is kept. */
  readonly keepPublishedMs: Readonly<Record<DeliveryKind, number>>;
}

const isNewer = (a: StoredEvent, b: StoredEvent): boolean =>
  a.occurredAt - b.occurredAt > 0 ||
  (a.occurredAt === b.occurredAt && Buffer.compare(Buffer.from(a.sourceEventId), Buffer.from(b.sourceEventId)) > 0);

interface Receipt {
  readonly receivedAt: number;
}

/** When a client had an event of a message: with it, or with the snapshot that stood for it and has the event. */
const receiptOf = (log: ChannelLog | undefined, { number }: Placed, entity: string, key: string): Receipt | undefined =>
  log?.numbers.get(number) ??
  log?.snapshots.find(
    (snapshot) => number > snapshot.after && number <= snapshot.number && snapshot.events.get(entity) === key,
  );

/**
 * Holds every stored event that is to be delivered against the messages: `each` in exactly one of them; of `latest` the
 * newest of each entity, and whatever went before it superseded.
 * @param now - milliseconds since the epoch, when the messages were read
 */
export const judgeEvents = async (
  stored: AsyncIterable<readonly StoredEvent[]>,
  { channels, messages, placed, snapshots, unsent, parked }: MessageEvidence,
  log: DeliveryLog,
  { expiresAfterMs, keepPublishedMs }: DeliveryRules,
  now: number,
  book: DeliveryBook,
): Promise<void> => {
  const unseen = new Set(placed.keys());
  const newest = new Map<string, { readonly family: string; event: StoredEvent }>();
  /** Something of these has been deleted, so what was published before may be gone. */
  const forgetful = new Set(
    [...channels.values()]
      .filter(({ oldestNumber }) => oldestNumber > 1)
      .map(({ channel }) => familyOfChannel(channel)),
  );
  const isForgotten = (family: string, delivery: DeliveryKind, { storedAt }: StoredEvent): boolean =>
    forgetful.has(family) && storedAt <= now - keepPublishedMs[delivery];

  const measure = (family: string, event: StoredEvent, place: Placed): void => {
    const { arrivedAt, storedAt } = event;
    const seen = log.get(place.channel);
    if (place.number <= (seen?.baseline ?? 0)) return;
    const receipt = receiptOf(seen, place, event.entity, event.key);
    if (!receipt) return;
    const before = messages.get(place.channel)?.get(place.number - 1);
    const { perSecond } = channels.get(place.channel) ?? {};
    const turn = before && perSecond !== undefined ? before.numberedAt + 1_000 / perSecond : 0;
    const { latencies } = book.of(family);
    latencies.stored.push(storedAt - arrivedAt);
    latencies.delivered.push(receipt.receivedAt - arrivedAt);
    latencies.relayed.push(receipt.receivedAt - Math.max(storedAt, turn));
  };

  const turns = turnsOf({ messages });
  /** Too old when its channel could have sent it: none of its numbers was given while it could be. */
  const hasExpired = (delivery: DeliveryKind, { subject, entity, arrivedAt, storedAt }: StoredEvent): boolean => {
    const until = arrivedAt + expiresAfterMs[delivery];
    return now > until && !turns(channelOf(subject, entity) ?? '', storedAt, until);
  };

  /** An event that is in no message. */
  const explain = (family: string, delivery: DeliveryKind, event: StoredEvent): void => {
    const account = book.of(family);
    if (unsent.has(event.key)) book.addFault(family, 'notNumbered', event.key);
    else if (parked.has(event.key)) return;
    else if (isForgotten(family, delivery, event)) account.agedOut += 1;
    else if (delivery === 'latest') account.superseded += 1;
    else if (hasExpired('each', event)) account.expired += 1;
    else book.addFault(family, 'notNumbered', event.key);
  };

  for await (const page of stored) {
    for (const event of page) {
      const kind = familyOfSubject(event.subject);
      if (!kind) continue;
      const { family, delivery } = kind;
      const place = placed.get(event.key);
      unseen.delete(event.key);
      if (!place) explain(family, delivery, event);
      else if (place.channel !== channelOf(event.subject, event.entity))
        book.addFault(family, 'phantomMessage', `${event.key} in ${at(place)}`);
      else if (place.entity !== event.entity || place.digest !== digestOfBody(parseText(event.body)))
        book.addFault(family, 'bodyDiffers', `${event.key} in ${at(place)}`);
      else measure(family, event, place);
      if (delivery === 'each') continue;
      const entity = entityKey(family, event.entity);
      const known = newest.get(entity);
      if (!known) newest.set(entity, { family, event });
      else if (isNewer(event, known.event)) known.event = event;
    }
  }
  for (const key of unseen) {
    const place = placed.get(key) as Placed;
    book.addFault(familyOfChannel(place.channel), 'phantomMessage', `${key} in ${at(place)}`);
  }

  /** Its message is gone by now; as long as it is kept, it must have the event. */
  const isDeleted = ({ channel, number }: Placed): boolean => number < (channels.get(channel)?.oldestNumber ?? 0);
  for (const [key, { family, event }] of newest) {
    const snapshot = snapshots.get(key);
    const isThere = snapshot?.sourceEventId === event.sourceEventId;
    const place = placed.get(event.key);
    if (isThere && (place ? place.number === snapshot.number : isDeleted(snapshot))) continue;
    if (unsent.has(event.key) || parked.has(event.key) || isForgotten(family, 'latest', event)) continue;
    if (!isThere && hasExpired('latest', event)) {
      const account = book.of(family);
      account.superseded -= 1;
      account.expired += 1;
    } else book.addFault(family, 'staleLatest', event.key);
  }
};
