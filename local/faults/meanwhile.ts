import { sleepUntil } from '../pause.ts';

/** Something done again and again while a fault lasts. */
export interface Meanwhile {
  readonly begin: () => void;
  /** Settles when the round under way is over. */
  readonly end: () => Promise<void>;
}

export interface MeanwhileOptions {
  /** One round; it looks at the signal where it waits. */
  readonly round: (over: AbortSignal) => Promise<void>;
  /** Between two rounds, milliseconds. */
  readonly pauseMs: () => number;
  /** Told of the first round in a row that failed: faults at once get in each other's way. */
  readonly complain: (error: unknown) => void;
}

/** Rounds one after the other, from begin to end. A round that fails is told of, and the next is tried. */
export const meanwhile = ({ round, pauseMs, complain }: MeanwhileOptions): Meanwhile => {
  let over = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const run = async (signal: AbortSignal): Promise<void> => {
    const sleep = sleepUntil(signal);
    let failing = false;
    while (!signal.aborted) {
      try {
        await round(signal);
        failing = false;
      } catch (error) {
        if (!failing) complain(error);
        failing = true;
      }
      await sleep(pauseMs());
    }
  };
  return {
    begin: () => {
      over = new AbortController();
      running = run(over.signal);
    },
    end: () => {
      over.abort();
      return running;
    },
  };
};
