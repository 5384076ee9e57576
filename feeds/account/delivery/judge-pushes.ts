import type { ChannelLog, DeliveryLog } from '../../subscriber/delivery-log.ts';
import { isWithin } from '../../subscriber/patterns.ts';
import type { DeliveryBook } from './delivery-book.ts';
import { familyOfChannel } from './families.ts';
import { at, type MessageEvidence, type Placed } from './judge-messages.ts';

/** Between two clocks; milliseconds. */
const marginMs = 1_000;
/** A busy client hears so much later what it was sent: when it is cut off, that is still on its way. */
const lateMs = 10_000;

/** A message that was not pushed, and could have been, from its numbering to its mark. */
interface Unpushed extends Placed {
  readonly since: number;
  readonly until: number;
}

const wasPushed = (log: ChannelLog | undefined, number: number): boolean =>
  log?.numbers.get(number)?.pushed !== undefined;

const wasAskedFor = (log: ChannelLog | undefined, number: number): boolean =>
  log !== undefined &&
  (log.numbers.has(number) || log.snapshots.some(({ after, number: to }) => number > after && number <= to));

/** Takes away as many messages as the server said to be lost: each time the one whose time is over first. */
const withoutLost = (unpushed: readonly Unpushed[], { lost }: Pick<DeliveryLog, 'lost'>): ReadonlySet<Unpushed> => {
  const left = new Set(unpushed.toSorted((a, b) => a.until - b.until));
  for (const { pattern, at: heardAt } of lost.toSorted((a, b) => a.at - b.at)) {
    for (const one of left) {
      if (!isWithin(pattern, one.channel) || heardAt < one.since - marginMs || heardAt > one.until + lateMs) continue;
      left.delete(one);
      break;
    }
  }
  return left;
};

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
  const wasThere = (since: number, until: number): boolean =>
    log.subscribed.some(
      ({ from, to }) => from + marginMs <= since && (to === undefined ? until + marginMs <= now : until + lateMs <= to),
    );
  const unpushed: Unpushed[] = [];
  for (const [channel, rows] of messages) {
    const seen = log.get(channel);
    for (const [number, { numberedAt, publishedAt }] of rows) {
      if (publishedAt === undefined) book.addFault(familyOfChannel(channel), 'unpublished', at({ channel, number }));
      else if (
        number > (seen?.baseline ?? 0) &&
        !wasPushed(seen, number) &&
        wasAskedFor(seen, number) &&
        wasThere(numberedAt, publishedAt)
      )
        unpushed.push({ channel, number, since: numberedAt, until: publishedAt });
    }
  }
  for (const one of withoutLost(unpushed, log)) book.addFault(familyOfChannel(one.channel), 'neverPushed', at(one));
};
