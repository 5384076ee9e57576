import { cutIntoCalls } from '../shared/batch/cut-calls.ts';
import { publishLimits } from '../shared/delivery/message.ts';
import { MisconfiguredError, type PlatformError } from '../shared/errors/platform-error.ts';
import { type EventAnswer, RefusedCallError, RefusedEventError } from './publish-answer.ts';
import type { UnpublishedMessage } from './relay-store.ts';

export interface PageResult {
  readonly published: readonly number[];
  /** Will never be published: it must become a tombstone before anything after it is sent. */
  readonly refused?: Refusal;
  /** Was refused, and may not be at fault: what was said is kept, and the channel tried again. */
  readonly doubted?: Refusal;
  /** Why it went no further. */
  readonly error?: unknown;
}

export interface Refusal {
  readonly number: number;
  readonly refusal: string;
}

/** What is known of a page before it is published. */
export interface PagePast {
  /** We have just numbered it: nobody can have seen it. */
  readonly isFresh: boolean;
  /** The message before the page, which was published: taken again, it shows that AppSync takes what comes from us. */
  readonly control: string | null;
}

export interface PublishPagePorts {
  /**
   * One call, with what retries it deserves.
   * @param onUnknown - told of each attempt of which nobody knows what became of it
   * @throws PlatformError where the call came to nothing
   */
  readonly publish: (bodies: readonly string[], onUnknown: () => void) => Promise<readonly EventAnswer[]>;
  /** Puts the original of a tombstone into the dead letters. Repeatable. */
  readonly park: (message: UnpublishedMessage) => Promise<void>;
  /** Whether the channel is still ours and there is time. */
  readonly mayGoOn: () => boolean;
}

/** Visits in which a message must be refused where there is no control: its channel has published nothing before. */
const mostVisits = 10;

/** How often what a call left over is tried again, with no pause: the call was answered. */
const mostRounds = 3;

/** As it stands in the call: a string within JSON, and a comma. */
const sizeOf = ({ body }: UnpublishedMessage): number => Buffer.byteLength(JSON.stringify(body)) + 1;

const most = { items: publishLimits.callEvents, bytes: publishLimits.callBytes } as const;

type Ended = Omit<PageResult, 'published'>;

/**
 * Publishes a page of one channel, one call after the other, in order. What comes after a message that was not taken is
 * not begun; of one call AppSync may take any, and those are published.
 *
 * A refused message becomes a tombstone (docs/delivery.md, "Refused for good")
 * - where AppSync refuses the event, at once; but where it may have been seen, only when a second visit is answered alike
 * - where AppSync refuses the call that has nothing else in it, only when a second visit is answered alike and a message
 *   that was published before is taken again in the same moment
 */
export const publishPage = async (
  { publish, park, mayGoOn }: PublishPagePorts,
  page: readonly UnpublishedMessage[],
  { isFresh, control }: PagePast,
): Promise<PageResult> => {
  const published: number[] = [];
  const maybeSeen = new Set(isFresh ? [] : page);

  const refusedEvent = (message: UnpublishedMessage, error: PlatformError): Ended => {
    const refusal = { number: message.number, refusal: error.message };
    if (message.unpublishable) return refusedTombstone(error);
    return maybeSeen.has(message) && message.refused !== error.message
      ? { doubted: refusal, error }
      : { refused: refusal };
  };

  const refusedCall = async (message: UnpublishedMessage, error: PlatformError): Promise<Ended> => {
    const refusal = { number: message.number, refusal: error.message };
    if (message.unpublishable) return refusedTombstone(error);
    if (message.refused !== error.message) return { doubted: refusal, error };
    const before = page[page.indexOf(message) - 1]?.body ?? control;
    const isItsFault = before === null ? message.attempts >= mostVisits : await isTaken(before);
    return isItsFault ? { refused: refusal } : { doubted: refusal, error };
  };

  const isTaken = async (body: string): Promise<boolean> => {
    try {
      return (await publish([body], () => {}))[0] === 'accepted';
    } catch {
      return false; // It is not known whose fault the refusal is: that error is told.
    }
  };

  /** @returns the first of a call that was not taken, and why */
  const send = async (all: readonly UnpublishedMessage[]): Promise<Ended | undefined> => {
    let left = all;
    for (let round = 1; ; round += 1) {
      const call = left;
      const answers = await publish(
        left.map(({ body }) => body),
        () => call.forEach((message) => maybeSeen.add(message)),
      );
      const failed = left.filter((_, index) => answers[index] !== 'accepted');
      published.push(...left.filter((_, index) => answers[index] === 'accepted').map(({ number }) => number));
      const [first] = failed;
      if (!first) return undefined;
      const error = answers[left.indexOf(first)] as PlatformError;
      if (error instanceof RefusedEventError) return refusedEvent(first, error);
      for (const message of failed) maybeSeen.add(message);
      if (round === mostRounds || error.disposition === 'halt' || !mayGoOn()) return { error };
      left = failed;
    }
  };

  /** A call that is refused does not say for which of its events: each is tried alone. */
  const sendOrSplit = async (call: readonly UnpublishedMessage[]): Promise<Ended | undefined> => {
    try {
      return await send(call);
    } catch (error) {
      if (!(error instanceof RefusedCallError)) return { error };
      const [only] = call;
      if (call.length === 1 && only) return refusedCall(only, error);
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

/** It was never the event. */
const refusedTombstone = (error: PlatformError): Ended => ({
  error: new MisconfiguredError('tombstone', 'AppSync refuses a tombstone', error.details, { cause: error }),
});
