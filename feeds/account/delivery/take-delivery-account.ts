import type { DeliveryLog } from '../../subscriber/delivery-log.ts';
import { DeliveryBook, type DeliveryAccount } from './delivery-book.ts';
import type { DeliveryReaders, Tombstone } from './evidence.ts';
import { familyOfChannel } from './families.ts';
import { judgeEvents, type DeliveryRules } from './judge-events.ts';
import { collectMessages, entityKey, judgeMessages } from './judge-messages.ts';
import { judgePushes } from './judge-pushes.ts';

const collect = async <T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> => {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
};

export interface DeliveryWitness {
  readonly readers: DeliveryReaders;
  /** What a subscriber was delivered. */
  readonly log: DeliveryLog;
  readonly rules: DeliveryRules;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Takes an account of what was delivered: every number of a channel once, with one body, and of the stored events every
 * one that is to be delivered, in the way its channel delivers.
 *
 * Messages first, stored events last: what happens meanwhile can look undelivered for a moment, never be overlooked.
 */
export const takeDeliveryAccount = async (
  { readers, log, rules, now }: DeliveryWitness,
  tombstones: readonly Tombstone[],
): Promise<DeliveryAccount> => {
  const book = new DeliveryBook();
  const takenAt = now();
  const channels = new Map((await readers.readChannels()).map((state) => [state.channel, state]));
  const unsent = new Set((await collect(readers.readOutbox())).map(({ key }) => key));
  const snapshots = new Map(
    (await collect(readers.readSnapshots())).map((row) => [entityKey(familyOfChannel(row.channel), row.entity), row]),
  );
  const collected = await collectMessages(readers.readMessages(), tombstones, book);
  const parked = new Set(tombstones.flatMap(({ keys }) => keys));
  const evidence = { channels, unsent, snapshots, parked, ...collected };
  judgeMessages(evidence, log, tombstones, book);
  judgePushes(evidence, log, takenAt, book);
  await judgeEvents(readers.readStoredEvents(), evidence, log, rules, takenAt, book);
  if (log.strange.count > 0)
    for (const example of log.strange.examples) book.addFault('no channel', 'phantomMessage', example);
  return book.close();
};
