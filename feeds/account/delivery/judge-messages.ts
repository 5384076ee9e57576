import type { ChannelLog, Delivered, DeliveryLog } from '../../subscriber/delivery-log.ts';
import type { DeliveryBook } from './delivery-book.ts';
import type { ChannelState, MessageDigests, MessageEvent, MessageRow, SnapshotRow, Tombstone } from './evidence.ts';
import { familyOfChannel } from './families.ts';
import { digestOfBody } from './read-message.ts';

/** What is kept of a row of the table of messages. */
export interface KeptMessage extends MessageDigests {
  readonly events: readonly Pick<MessageEvent, 'key' | 'entity'>[];
  readonly numberedAt: number;
  readonly publishedAt: number | undefined;
}

/** Where an event was found: in which message, or in none any more. */
export interface Placed {
  readonly channel: string;
  readonly number: number;
}

/** What a message says of an event. */
export interface PlacedEvent extends Placed {
  readonly entity: string;
  /** Of its body. */
  readonly digest: string;
}

/** The sets that messages are judged by, all of them read before the events that call for them. */
export interface MessageEvidence {
  readonly channels: ReadonlyMap<string, ChannelState>;
  /** By channel and number. */
  readonly messages: ReadonlyMap<string, ReadonlyMap<number, KeptMessage>>;
  /** By key. */
  readonly placed: ReadonlyMap<string, PlacedEvent>;
  /** By family and entity. */
  readonly snapshots: ReadonlyMap<string, SnapshotRow>;
  /** Keys of what still waits for a number. */
  readonly unsent: ReadonlySet<string>;
  /** Keys of what could never be published, and is in the dead letters. */
  readonly parked: ReadonlySet<string>;
}

type Pages<T> = AsyncIterable<readonly T[]>;

export const at = ({ channel, number }: Placed): string => `${channel}#${number}`;
export const entityKey = (family: string, entity: string): string => `${family} ${entity}`;

/** Reads the table of messages, and says what is wrong with it by itself. */
export const collectMessages = async (
  pages: Pages<MessageRow>,
  tombstones: readonly Tombstone[],
  book: DeliveryBook,
): Promise<Pick<MessageEvidence, 'messages' | 'placed'>> => {
  const messages = new Map<string, Map<number, KeptMessage>>();
  const placed = new Map<string, PlacedEvent>();
  const parked = new Set(tombstones.map(at));
  for await (const page of pages) {
    for (const { channel, number, message, exact, rewritten, numberedAt, publishedAt } of page) {
      const family = familyOfChannel(channel);
      const events = message?.events ?? [];
      const isOwn = message?.channel === channel && message.number === number;
      const isWhole = message?.tombstone === undefined ? events.length > 0 : parked.has(at({ channel, number }));
      if (!isOwn || !isWhole) book.addFault(family, 'bodyDiffers', at({ channel, number }));
      if (message?.tombstone !== undefined) book.of(family).tombstones += 1;
      for (const { key, entity, body } of events) {
        if (placed.has(key)) book.addFault(family, 'numberedTwice', key);
        else placed.set(key, { channel, number, entity, digest: digestOfBody(body) });
      }
      const kept = events.map(({ key, entity }) => ({ key, entity }));
      const ofChannel = messages.get(channel) ?? new Map<number, KeptMessage>();
      messages.set(channel, ofChannel.set(number, { events: kept, exact, rewritten, numberedAt, publishedAt }));
    }
  }
  return { messages, placed };
};

const isSame = ({ pushed, resumed, differs }: Delivered, { exact, rewritten }: MessageDigests): boolean =>
  !differs && (pushed ?? exact) === exact && (resumed ?? rewritten) === rewritten;

/** The newest event of each entity in the messages from one number to another. */
const newestBetween = (
  messages: ReadonlyMap<number, KeptMessage> | undefined,
  after: number,
  to: number,
): Map<string, string> => {
  const newest = new Map<string, string>();
  for (let number = after + 1; number <= to; number += 1)
    for (const { entity, key } of messages?.get(number)?.events ?? []) newest.set(entity, key);
  return newest;
};

/** Of messages behind a number that had been numbered by then: a snapshot leaves them to their messages. */
const entitiesBehind = (
  messages: ReadonlyMap<number, KeptMessage> | undefined,
  number: number,
  by: number,
): ReadonlySet<string> => {
  const entities = new Set<string>();
  for (let next = number + 1; ; next += 1) {
    const message = messages?.get(next);
    if (!message || message.numberedAt > by) return entities;
    for (const { entity } of message.events) entities.add(entity);
  }
};

const judgeDelivered = (
  log: ChannelLog,
  { oldestNumber, lastNumber }: Pick<ChannelState, 'oldestNumber' | 'lastNumber'>,
  { messages, parked }: { messages: ReadonlyMap<number, KeptMessage> | undefined; parked: ReadonlySet<string> },
  book: DeliveryBook,
): void => {
  const { channel, baseline, numbers, snapshots, gone } = log;
  const family = familyOfChannel(channel);
  const account = book.of(family);
  for (const [number, delivered] of numbers) {
    account.repeats += delivered.repeats;
    const row = messages?.get(number);
    if (row && !isSame(delivered, row)) book.addFault(family, 'bodyDiffers', at({ channel, number }));
    if (!row && number >= oldestNumber) book.addFault(family, 'phantomMessage', at({ channel, number }));
    if (number <= baseline) continue;
    account.messages += 1;
    account.events += row?.events.length ?? 0;
    account[delivered.by === 'push' ? 'byPush' : 'byResume'] += 1;
  }
  for (const { after, number, receivedAt, events } of snapshots) {
    account.events += events.size;
    const onItsWay = entitiesBehind(messages, number, receivedAt);
    for (const [entity, key] of newestBetween(messages, after, number))
      if (
        !(onItsWay.has(entity) && !events.has(entity)) &&
        events.get(entity) !== key &&
        !parked.has(events.get(entity) ?? '')
      )
        book.addFault(family, 'staleLatest', `${at({ channel, number })} ${entity}`);
  }
  for (const number of log.outOfOrder) book.addFault(family, 'outOfOrder', at({ channel, number }));
  for (let number = baseline + 1; number <= lastNumber; number += 1) {
    if (numbers.has(number)) continue;
    if (snapshots.some(({ after, number: to }) => number > after && number <= to)) account.skipped += 1;
    else if (number < oldestNumber && gone.some(({ from, to }) => number >= from && number <= to)) account.agedOut += 1;
    else if (number < oldestNumber || messages?.has(number))
      book.addFault(family, 'notDelivered', at({ channel, number }));
  }
};

/** Numbers without a gap, bodies that are what their numbers stand for, and a subscriber that has them all. */
export const judgeMessages = (
  { channels, messages, parked }: MessageEvidence,
  log: DeliveryLog,
  tombstones: readonly Tombstone[],
  book: DeliveryBook,
): void => {
  for (const state of channels.values()) {
    const { channel, oldestNumber, lastNumber, delivery } = state;
    const family = familyOfChannel(channel);
    const rows = messages.get(channel);
    const account = book.of(family);
    account.channels += 1;
    if (account.delivery !== delivery) book.addFault(family, 'phantomMessage', `${channel} is ${delivery}`);
    for (let number = oldestNumber; number <= lastNumber; number += 1)
      if (!rows?.has(number)) book.addFault(family, 'missingNumber', at({ channel, number }));
    for (const number of rows?.keys() ?? [])
      if (number < oldestNumber || number > lastNumber)
        book.addFault(family, 'phantomMessage', at({ channel, number }));
    const seen = log.get(channel) ?? { ...nothing, channel };
    judgeDelivered(seen, state, { messages: rows, parked }, book);
  }
  for (const one of [...messages.keys(), ...log.channels().map(({ channel }) => channel)])
    if (!channels.has(one)) book.addFault(familyOfChannel(one), 'phantomMessage', one);
  for (const { channel, number } of tombstones) {
    const state = channels.get(channel);
    if (state && number < state.oldestNumber) continue;
    const row = messages.get(channel)?.get(number);
    if (!row || row.events.length > 0)
      book.addFault(familyOfChannel(channel), 'phantomMessage', `${at({ channel, number })} in the dead letters`);
  }
};

const nothing: Omit<ChannelLog, 'channel'> = {
  baseline: 0,
  numbers: new Map(),
  snapshots: [],
  gone: [],
  reached: 0,
  highest: 0,
  pushedUntil: 0,
  outOfOrder: [],
};
