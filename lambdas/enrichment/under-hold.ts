import { PlatformError } from '../shared/errors/platform-error.ts';
import { type Hold, type HoldCause, UnreadableHoldError } from '../shared/holds/hold.ts';
import type { HoldStore } from '../shared/holds/hold-store.ts';

/** A hold that another release of ours has placed for a cause that this one does not know: it stands all the same. */
export interface UnreadableHold {
  readonly standing: true;
  readonly cause: 'unreadable';
  readonly reason: 'unreadable';
  readonly number: null;
  readonly since: null;
}
export type SeenHold = Hold | UnreadableHold;

const unreadable: UnreadableHold = {
  standing: true,
  cause: 'unreadable',
  reason: 'unreadable',
  number: null,
  since: null,
};

/** Looks at the hold of a source for all batches of an instance. */
export interface HoldWatch {
  /**
   * The latest hold, standing or ended, as it was a second ago at most. Where the table does not answer, what was known
   * last stands, and where nothing was known there is none. Throws nothing but a bug of ours.
   */
  look(): Promise<SeenHold | undefined>;
  /** Makes the next look a real one: a hold has been placed. */
  lookAgain(): void;
}

export interface HoldWatchOptions {
  readonly holds: HoldStore;
  readonly source: string;
  readonly now: () => number;
  /** Told of each look that failed, or saw what it could not read. */
  readonly onUnknown: (error: unknown) => void;
}

const everyMs = 1_000;
/** A table that hangs must not cost a batch its time-out every second. */
const everyMsUnknown = 5_000;

export const createHoldWatch = ({ holds, source, now, onUnknown }: HoldWatchOptions): HoldWatch => {
  let known: SeenHold | undefined;
  let lookAt = 0;
  return {
    look: async () => {
      if (now() < lookAt) return known;
      try {
        known = await holds.read(source);
        lookAt = now() + everyMs;
      } catch (error) {
        if (error instanceof UnreadableHoldError) known = error.standing ? unreadable : undefined;
        else if (!(error instanceof PlatformError)) throw error;
        lookAt = now() + (known?.standing ? everyMs : everyMsUnknown);
        onUnknown(error);
      }
      return known;
    },
    lookAgain: () => {
      lookAt = 0;
    },
  };
};

/** Of the global clock, so that tests can turn it. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** The latest hold of a source, and whether a batch is to be answered for it and not judged. */
export type WaitedFor =
  | { readonly isHeld: true; readonly hold: SeenHold }
  | { readonly isHeld: false; readonly hold: Hold | undefined };

/** What a deployment ends: whoever has waited for that may itself be of the deployment that was mended. */
const endedByDeployment: readonly string[] = ['rejects', 'halt'] satisfies HoldCause[];

/**
 * Waits while a hold stands, looking every second: each second here is one that spends none of the mapping's attempts.
 * @param deadline - milliseconds since the epoch
 * @returns the latest hold, and whether this batch is to be answered and not judged: it stands still where the deadline
 * has come; or it has ended, and an instance from before its end must not be the one that goes on
 */
export const waitWhileHeld = async (watch: HoldWatch, deadline: number, now: () => number): Promise<WaitedFor> => {
  let waitedFor = '';
  for (;;) {
    const hold = await watch.look();
    const left = deadline - now();
    if (!hold?.standing) {
      const isOld = hold !== undefined && endedByDeployment.includes(waitedFor);
      return isOld ? { hold, isHeld: true } : { hold, isHeld: false };
    }
    if (left <= 0) return { hold, isHeld: true };
    waitedFor = hold.cause;
    await pause(Math.min(everyMs, left));
  }
};
