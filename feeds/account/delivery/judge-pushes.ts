import type { ChannelLog, DeliveryLog } from '../../subscriber/delivery-log.ts';
import { isWithin } from '../../subscriber/patterns.ts';
import type { DeliveryBook } from './delivery-book.ts';
import { familyOfChannel } from './families.ts';
import { at, type MessageEvidence } from './judge-messages.ts';

/** Between two clocks, and from a mark to what was pushed before it; milliseconds. */
const marginMs = 1_000;

const wasPushed = (log: ChannelLog | undefined, number: number): boolean =>
  log?.numbers.get(number)?.pushed !== undefined;

const wasAskedFor = (log: ChannelLog | undefined, number: number): boolean =>
  log !== undefined &&
  (log.numbers.has(number) || log.snapshots.some(({ after, number: to }) => number > after && number <= to));

/**
 * Every message is noted as published, and was pushed to a subscriber that was there from its numbering on until it was
 * noted: that it can be asked for proves nothing of that. What the subscriber heard to be lost is nobody's fault, a
 * message for each time it heard so.
 * @param now - milliseconds since the epoch, when the messages were read
 */
export const judgePushes = (
  { messages }: Pick<MessageEvidence, 'messages'>,
  log: DeliveryLog,
  now: number,
  book: DeliveryBook,
): void => {
  const lost = [...log.lost];
  const wasThere = (since: number, until: number): boolean =>
    log.subscribed.some(({ from, to = now }) => from + marginMs <= since && until + marginMs <= to);
  const wasLost = (channel: string, since: number, until: number): boolean => {
    const index = lost.findIndex(
      ({ pattern, at: heardAt }) =>
        isWithin(pattern, channel) && heardAt >= since - marginMs && heardAt <= until + marginMs,
    );
    if (index >= 0) lost.splice(index, 1);
    return index >= 0;
  };

  for (const [channel, rows] of messages) {
    const family = familyOfChannel(channel);
    const seen = log.get(channel);
    for (const [number, { numberedAt, publishedAt }] of rows) {
      if (publishedAt === undefined) book.addFault(family, 'unpublished', at({ channel, number }));
      else if (
        number > (seen?.baseline ?? 0) &&
        !wasPushed(seen, number) &&
        wasAskedFor(seen, number) &&
        wasThere(numberedAt, publishedAt) &&
        !wasLost(channel, numberedAt, publishedAt)
      )
        book.addFault(family, 'neverPushed', at({ channel, number }));
    }
  }
};
