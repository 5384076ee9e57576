import type { DeliveryLog } from '../../feeds/subscriber/delivery-log.ts';
import type { Subscriber } from '../../feeds/subscriber/subscriber.ts';
import type { DeliveryProgress } from './delivery-progress.ts';

export interface AwaitDeliveryWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress: () => Promise<DeliveryProgress>;
  readonly subscriber: Pick<Subscriber, 'suspect' | 'isIdle'> & { readonly log: Pick<DeliveryLog, 'get'> };
  readonly say: (line: string) => void;
}

/** A wake that was lost is found by the sweep, which comes once a minute. */
const noProgressMs = 90_000;
const lookEveryMs = 250;
/** What was published is there at once; what is not was missed, and is asked for. */
const pushedWithinMs = 1_000;

/**
 * Waits until everything that was stored is numbered, published and with the subscriber. Gives up when nothing gets on
 * any longer: the account then says what is missing.
 */
export const awaitDelivery = async ({ now, sleep, progress, subscriber, say }: AwaitDeliveryWorld): Promise<void> => {
  const startedAt = now();
  let seen = '';
  let changedAt = startedAt;
  let told = false;
  for (;;) {
    const { unsent, unpublished, lastNumbers } = await progress();
    const behind = [...lastNumbers].filter(([channel, last]) => (subscriber.log.get(channel)?.reached ?? 0) < last);
    if (unsent + unpublished + behind.length === 0 && subscriber.isIdle()) return;
    const state = `${unsent}/${unpublished}/${behind.length}/${[...lastNumbers.values()].reduce((a, b) => a + b, 0)}`;
    if (state !== seen) changedAt = now();
    seen = state;
    if (now() - changedAt >= noProgressMs) {
      say(
        `Nothing was delivered for ${noProgressMs / 1000} s: the account is taken with ${unsent} events unsent, ` +
          `${unpublished} messages unpublished and ${behind.length} channels not received to their end.`,
      );
      return;
    }
    if (!told && now() - startedAt >= 1_000) {
      told = true;
      say(`Waiting for ${unsent} events and ${unpublished} messages on their way to the clients.`);
    }
    if (unsent + unpublished === 0 && behind.length > 0 && now() - changedAt >= pushedWithinMs && subscriber.isIdle())
      subscriber.suspect(behind.map(([channel]) => channel));
    await sleep(lookEveryMs);
  }
};
