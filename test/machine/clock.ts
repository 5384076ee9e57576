/** Time that stands still until something is waited for, and then jumps there. */
export interface SimulatedTime {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 to 1, the same in every run with the same seed. */
  readonly random: () => number;
  /**
   * Lets timers fire, one after the other, until a condition holds.
   * @throws Error where it does not hold by then, or nothing is left that could change anything
   */
  readonly runUntil: (condition: () => boolean, latest: number) => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** mulberry32: small, and good enough to make pauses differ. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const RealDate = Date;
const realImmediate = setImmediate;
/** One turn of the event loop: every promise that can go on has gone on by then. */
const settle = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

/**
 * Runs something while every clock of the process is simulated. Ours and not vitest's fake timers: those spend a
 * millisecond of real time on each timer, and a scenario has thousands.
 */
export const onSimulatedTime = async <T>(
  start: number,
  seed: number,
  body: (time: SimulatedTime) => Promise<T>,
): Promise<T> => {
  let time = start;
  let count = 0;
  /** In the order in which they fire, the next one last. */
  const timers: Timer[] = [];
  const random = seeded(seed);

  const add = (ms: number | undefined, fire: () => void) => {
    const timer: Timer = { at: time + Math.max(0, ms ?? 0), order: (count += 1), fire };
    let place = timers.length;
    while (place > 0 && (timers[place - 1] as Timer).at <= timer.at) place -= 1;
    timers.splice(place, 0, timer);
    const handle = { timer, ref: () => handle, unref: () => handle, hasRef: () => true };
    return handle;
  };
  const remove = (handle: unknown): void => {
    const place = timers.indexOf((handle as { timer?: Timer } | undefined)?.timer as Timer);
    if (place >= 0) timers.splice(place, 1);
  };
  class SimulatedDate extends RealDate {
    constructor(...parts: [] | [number]) {
      if (parts.length === 0) super(time);
      else super(...parts);
    }
    static override now(): number {
      return time;
    }
  }
  const timedOut = new DOMException('The operation timed out', 'TimeoutError');
  const timeoutSignal = (ms: number): AbortSignal => {
    const controller = new AbortController();
    add(ms, () => controller.abort(timedOut));
    return controller.signal;
  };
  const replaced = [
    [
      globalThis,
      'setTimeout',
      (fire: (...a: unknown[]) => void, ms?: number, ...a: unknown[]) => add(ms, () => fire(...a)),
    ],
    [globalThis, 'setImmediate', (fire: (...a: unknown[]) => void, ...a: unknown[]) => add(0, () => fire(...a))],
    [globalThis, 'clearTimeout', remove],
    [globalThis, 'clearImmediate', remove],
    [globalThis, 'Date', SimulatedDate],
    [globalThis.performance, 'now', () => time - start],
    [AbortSignal, 'timeout', timeoutSignal],
    [Math, 'random', random],
    // Errors are thrown by the thousand here, and nobody reads where.
    [Error, 'stackTraceLimit', 1],
  ] as const;
  const originals = replaced.map(([holder, name]) => [holder, name, Reflect.get(holder, name)] as const);
  for (const [holder, name, value] of replaced) Reflect.set(holder, name, value);

  try {
    return await body({
      now: () => time,
      sleep: (ms) => new Promise((resolve) => void add(ms, resolve)),
      random,
      runUntil: async (condition, latest) => {
        await settle();
        while (!condition()) {
          const next = timers.pop();
          if (!next) throw new Error('nothing is left that could happen');
          time = Math.max(time, next.at);
          if (time > latest) throw new Error(`it does not come to rest: ${(latest - start) / 1000} s are over`);
          next.fire();
          await settle();
        }
      },
    });
  } finally {
    for (const [holder, name, value] of originals) Reflect.set(holder, name, value);
  }
};
