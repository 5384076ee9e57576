import type { Subscriber } from '../../../feeds/subscriber/subscriber.ts';
import type { Delivery } from '../delivery.ts';

export interface DeliveryLook {
  /** Everything that arrived before is with the subscriber; milliseconds since the epoch, as last seen. */
  readonly until: () => number;
  readonly stop: () => Promise<void>;
}

const usualMs = 500;

/** Looks again and again how far the delivery has come; where the database does not answer, it has not got on. */
export const lookAtDelivery = (
  progress: Delivery['progress'],
  subscriber: Subscriber,
  now: () => number,
  everyMs = usualMs,
): DeliveryLook => {
  let until = 0;
  let numbers: ReadonlyMap<string, number> = new Map();
  let askedAt = 0;
  const look = async (): Promise<void> => {
    // What had a number when we looked last is to be with the subscriber by now.
    const isWithClient = [...numbers].every(([channel, last]) => (subscriber.log.get(channel)?.reached ?? 0) >= last);
    if (isWithClient && subscriber.isIdle()) until = askedAt;
    const at = now();
    const { waitingSince, lastNumbers } = await progress();
    numbers = lastNumbers;
    askedAt = Math.min(at, waitingSince ?? at);
  };
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= look()
      .catch(() => {})
      .finally(() => (underWay = undefined));
  }, everyMs);
  return {
    until: () => until,
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
};
