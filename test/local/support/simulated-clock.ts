/** A clock that stands still until everything waits for it, and then goes to what is due next. */
export interface SimulatedClock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Lets time pass until `done` says so. @throws Error where nothing is left that could bring that about */
  readonly runUntil: (done: () => boolean) => Promise<void>;
  /** Ends every sleep at once, as a stop does. */
  readonly wakeAll: () => void;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const mostTurns = 200_000;

export const createClock = (start: number): SimulatedClock => {
  let now = start;
  let timers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms) => new Promise((wake) => void timers.push({ at: now + ms, wake })),
    runUntil: async (done) => {
      for (let turn = 0; turn < mostTurns; turn += 1) {
        await settled();
        if (done()) return;
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (!next) throw new Error('nothing is left to wait for');
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
      throw new Error(`not done after ${mostTurns} turns, at ${now - start} ms`);
    },
    wakeAll: () => {
      for (const { wake } of timers.splice(0)) wake();
    },
  };
};
