import { cutIntoCalls } from '../shared/batch/cut-calls.ts';
import { publishLimits } from '../shared/delivery/message.ts';
import { MisconfiguredError, type PlatformError } from '../shared/errors/platform-error.ts';
import { type EventAnswer, RefusedCallError, RefusedEventError } from './publish-answer.ts';
import type { UnpublishedMessage } from './relay-store.ts';

export interface PageResult {
  readonly published: readonly number[];
  /** Will never be published: it must become a tombstone before anything after it is sent. */
  readonly refused?: { readonly number: number; readonly refusal: string };
  /** Why it went no further. */
  readonly error?: unknown;
}

export interface PublishPagePorts {
  /** One call, with what retries it deserves. @throws PlatformError where the call came to nothing */
  readonly publish: (bodies: readonly string[]) => Promise<readonly EventAnswer[]>;
  /** Puts the original of a tombstone into the dead letters. Repeatable. */
  readonly park: (message: UnpublishedMessage) => Promise<void>;
  /** Whether the channel is still ours and there is time. */
  readonly mayGoOn: () => boolean;
}

/** How often what a call left over is tried again, with no pause: the call was answered. */
const mostRounds = 3;

/** As it stands in the call: a string within JSON, and a comma. */
const sizeOf = ({ body }: UnpublishedMessage): number => Buffer.byteLength(JSON.stringify(body)) + 1;

const most = { items: publishLimits.callEvents, bytes: publishLimits.callBytes } as const;

/** What is refused becomes a tombstone; where that is refused too, it was never the event. */
const refusedBy = (
  { number, unpublishable }: UnpublishedMessage,
  error: PlatformError,
): Omit<PageResult, 'published'> =>
  unpublishable
    ? { error: new MisconfiguredError('tombstone', 'AppSync refuses a tombstone', error.details, { cause: error }) }
    : { refused: { number, refusal: error.message } };

/**
 * Publishes a page of one channel, one call after the other, in order. What comes after a message that was not taken is
 * not begun; of one call AppSync may take any, and those are published.
 */
export const publishPage = async (
  { publish, park, mayGoOn }: PublishPagePorts,
  page: readonly UnpublishedMessage[],
): Promise<PageResult> => {
  const published: number[] = [];

  /** @returns the first of a call that was not taken, and why */
  const send = async (call: readonly UnpublishedMessage[]): Promise<Omit<PageResult, 'published'> | undefined> => {
    let left = call;
    for (let round = 1; ; round += 1) {
      const answers = await publish(left.map(({ body }) => body));
      const failed = left.filter((_, index) => answers[index] !== 'accepted');
      published.push(...left.filter((_, index) => answers[index] === 'accepted').map(({ number }) => number));
      const [first] = failed;
      if (!first) return undefined;
      const error = answers[left.indexOf(first)] as PlatformError;
      if (error instanceof RefusedEventError) return refusedBy(first, error);
      if (round === mostRounds || error.disposition === 'halt' || !mayGoOn()) return { error };
      left = failed;
    }
  };

  /** A call that is refused does not say for which of its events: each is tried alone, and what went before speaks for the channel. */
  const sendOrSplit = async (
    call: readonly UnpublishedMessage[],
  ): Promise<Omit<PageResult, 'published'> | undefined> => {
    try {
      return await send(call);
    } catch (error) {
      if (!(error instanceof RefusedCallError)) return { error };
      const [only] = call;
      if (call.length === 1 && only) return published.length > 0 ? refusedBy(only, error) : { error };
    }
    for (const one of call) {
      const ended = await sendOrSplit([one]);
      if (ended) return ended;
    }
    return undefined;
  };

  for (const call of cutIntoCalls(page, sizeOf, most)) {
    if (!mayGoOn()) return { published };
    try {
      for (const message of call) if (message.unpublishable) await park(message);
    } catch (error) {
      return { published, error };
    }
    const ended = await sendOrSplit(call);
    if (ended) return { published, ...ended };
  }
  return { published };
};
