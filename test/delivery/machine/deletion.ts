import type { DeliveryTables } from './tables.ts';

/** Of a channel, how deletion saw its messages when its statement began. */
export interface Seen {
  readonly number: number;
  readonly mayGo: boolean;
}

/** Where a channel's messages are to begin: of what was seen of it, from its oldest number on, the first that stays. */
export type WhereToBegin = (seen: readonly Seen[], oldestNumber: number, lastNumber: number) => number;

const asSeen: WhereToBegin = (seen, oldestNumber) =>
  seen.find(({ mayGo }) => !mayGo)?.number ?? (seen.at(-1)?.number ?? oldestNumber - 1) + 1;

/** The first half of deletion: its statement begins, and sees what is committed. @param before - what was published earlier goes */
export const seeForDeletion = (tables: DeliveryTables, before: number): ReadonlyMap<string, readonly Seen[]> =>
  new Map(
    [...tables.messages].map(([channel, messages]) => [
      channel,
      [...messages.values()]
        .sort((a, b) => a.number - b.number)
        .map(({ number, publishedAt = Infinity }) => ({ number, mayGo: publishedAt < before })),
    ]),
  );

/** The second half: it has locked the channels that are due, as they are by now. */
export const deleteSeen = (
  tables: DeliveryTables,
  seen: ReadonlyMap<string, readonly Seen[]>,
  whereToBegin: WhereToBegin = asSeen,
): void => {
  for (const [channel, all] of seen) {
    const found = tables.channels.get(channel);
    const own = all.filter(({ number }) => number >= (found?.oldestNumber ?? Infinity));
    if (!found || !own[0]?.mayGo) continue;
    found.oldestNumber = whereToBegin(own, found.oldestNumber, found.lastNumber);
    const messages = tables.messages.get(channel);
    for (const { number } of own) if (number < found.oldestNumber) messages?.delete(number);
  }
};
