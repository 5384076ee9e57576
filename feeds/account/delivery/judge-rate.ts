import type { DeliveryLog } from '../../subscriber/delivery-log.ts';
import type { DeliveryBook } from './delivery-book.ts';
import { familyOfChannel } from './families.ts';
import { at, type MessageEvidence } from './judge-messages.ts';

/** Times are cut to whole milliseconds. */
const toleranceMs = 2;

/**
 * Channels with a rate keep it: whatever is numbered at once takes its turns before the next. What was there before the
 * subscriber began may have had another rate.
 */
export const judgeRate = (
  { channels, messages }: Pick<MessageEvidence, 'channels' | 'messages'>,
  log: DeliveryLog,
  book: DeliveryBook,
): void => {
  for (const { channel, perSecond } of channels.values()) {
    if (perSecond === undefined) continue;
    const baseline = log.get(channel)?.baseline ?? 0;
    let turn: { readonly numberedAt: number; nextAt: number } | undefined;
    for (const [number, { numberedAt }] of [...(messages.get(channel) ?? [])].sort(([a], [b]) => a - b)) {
      if (number <= baseline) continue;
      if (turn?.numberedAt === numberedAt) {
        turn.nextAt += 1_000 / perSecond;
        continue;
      }
      if (turn && numberedAt + toleranceMs < turn.nextAt)
        book.addFault(familyOfChannel(channel), 'tooFast', at({ channel, number }));
      turn = { numberedAt, nextAt: numberedAt + 1_000 / perSecond };
    }
  }
};
