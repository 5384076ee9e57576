import type { SimulatedTime } from './clock.ts';

/** What can go wrong at one call. */
export type Mishap =
  /** The process ends before the call has an effect. */
  | 'crash-before'
  /** The call has its effect, and the process ends before it hears of it. */
  | 'crash-after'
  /** No effect, and an error. */
  | 'refused'
  /** The call has its effect, and the caller gets an error: the answer was lost. */
  | 'answer-lost';

/** At the n-th call (from 0) of one kind that no outage stops. */
export interface Fault {
  readonly point: string;
  readonly nth: number;
  readonly mishap: Mishap;
}

/** A dependency that is away, or says no to every so many calls, for a while. */
export interface Outage {
  readonly dependency: string;
  readonly fromMs: number;
  readonly forMs: number;
  /** `hangs`: no answer until the caller's patience ends. */
  readonly how: 'refuses' | 'hangs' | 'throttles' | 'is slow';
}

/** A process of a function. What is dead neither calls nor hears anything any more. */
export interface Process {
  readonly name: string;
  alive: boolean;
  readonly kill: (how: 'exit' | 'timeout') => void;
}

export interface Call<T> {
  /** What the table of faults names it by. */
  readonly point: string;
  readonly dependency: string;
  readonly process: Process;
  /** How long the caller waits where nothing answers. @default as long as the SDK's settings let it (client-settings.ts) */
  readonly patienceMs?: number;
  /** At one instant. */
  readonly work: () => T;
}

export interface Gate {
  /** Counts a call of a kind, and says what is planned for it. */
  mishapAt(point: string): Mishap | undefined;
  /** Lets one call through to what it calls, or not. */
  pass<T>(call: Call<T>): Promise<T>;
  /** `point/mishap` of each mishap that was applied: a plan for a call that never comes is none. */
  readonly struck: ReadonlySet<string>;
  strike(caller: string, point: string, mishap: Mishap): void;
  /** A line for each call and mishap, for whoever reads a counterexample. */
  readonly trace: readonly string[];
  note(line: string): void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});
const noAnswer = (): Error => Object.assign(new Error('no answer'), { name: 'TimeoutError' });
const throttled = (): Error => Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

const mostTraced = 4_000;

/** Every call to the outside passes here, with what is planned for it. */
export const createGate = (
  time: SimulatedTime,
  start: number,
  faults: readonly Fault[],
  outages: readonly Outage[],
): Gate => {
  const counts = new Map<string, number>();
  const trace: string[] = [];
  const planned = new Map(faults.map(({ point, nth, mishap }) => [`${point} ${nth}`, mishap]));
  const note = (line: string): void => {
    if (trace.length < mostTraced) trace.push(`${((time.now() - start) / 1000).toFixed(3).padStart(9)} ${line}`);
  };

  const mishapAt = (point: string): Mishap | undefined => {
    const nth = counts.get(point) ?? 0;
    counts.set(point, nth + 1);
    return planned.get(`${point} ${nth}`);
  };

  const struck = new Set<string>();
  const strike = (caller: string, point: string, mishap: Mishap): void => {
    struck.add(`${point}/${mishap}`);
    note(`${caller}: ${mishap}`);
  };

  const outageOf = (dependency: string): Outage | undefined => {
    const at = time.now() - start;
    return outages.find((o) => o.dependency === dependency && at >= o.fromMs && at < o.fromMs + o.forMs);
  };

  return {
    struck,
    strike,
    trace,
    note,
    mishapAt,
    pass: async ({ point, dependency, process, patienceMs = 3_000, work }) => {
      if (!process.alive) return never();
      await time.sleep(1 + Math.floor(time.random() * 4));
      if (!process.alive) return never();
      const outage = outageOf(dependency);
      if (outage?.how === 'is slow') {
        await time.sleep(Math.min(patienceMs, 2_500) - 1);
        if (!process.alive) return never();
      } else if (outage && (outage.how !== 'throttles' || time.random() < 0.7)) {
        note(`${process.name} ${point}: ${dependency} ${outage.how}`);
        if (outage.how === 'hangs') await time.sleep(patienceMs);
        if (!process.alive) return never();
        throw outage.how === 'throttles' ? throttled() : noAnswer();
      }
      const mishap = mishapAt(point);
      if (mishap) strike(`${process.name} ${point}`, point, mishap);
      if (mishap === 'crash-before') process.kill('exit');
      if (!process.alive) return never();
      if (mishap === 'refused') throw noAnswer();
      note(`${process.name} ${point}`);
      const result = work();
      if (mishap === 'crash-after') process.kill('exit');
      if (!process.alive) return never();
      if (mishap === 'answer-lost') throw noAnswer();
      await time.sleep(1);
      return process.alive ? result : never();
    },
  };
};
