import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';
import type { BreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createBreaker, type BreakerEvent } from '../../../lambdas/shared/resilience/breaker.ts';
import { createLoneBreakerStore } from '../../../lambdas/shared/resilience/lone-breaker.ts';

/** From, to: milliseconds since the beginning. */
export type Span = readonly [number, number];
export const within = (spans: readonly Span[], at: number): boolean =>
  spans.some(([from, to]) => at >= from && at < to);

export interface InstancePlan {
  /** How far its clock is off. */
  readonly skewMs: number;
  readonly startsAt: number;
  /** It dies wherever it is then, with what it does half done. */
  readonly diesAt: number;
  readonly pauseMs: number;
  /** How long a call of the dependency takes. */
  readonly callMs: number;
}

export interface Plan {
  readonly instances: readonly InstancePlan[];
  readonly dependencyAway: readonly Span[];
  /** The table does not answer; every second write that it gets is made all the same. */
  readonly tableAway: readonly Span[];
  readonly tableMs: number;
  readonly until: number;
  readonly probeAfterMs?: number;
}

export interface Call {
  readonly instance: number;
  readonly at: number;
  readonly made: boolean;
  readonly probe: boolean;
  readonly answered: boolean;
  /** Whether the shared state was open when it began. */
  readonly open: boolean;
}

const tableTimeoutMs = 500;

/** Runs a plan on a clock of its own: every pause, call and question to the table takes its time, nothing is real. */
export const simulate = async (plan: Plan) => {
  let time = 0;
  const wakes: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number, life?: InstancePlan): Promise<void> =>
    new Promise((wake) => {
      const at = time + ms;
      if (!life || at < life.diesAt) wakes.push({ at, wake }); // the dead never wake
    });

  const inner = createLoneBreakerStore();
  const asked = { reads: 0, writes: 0 };
  let lost = 0;
  const storeOf = (life: InstancePlan): BreakerStore => {
    const ask = async <T>(question: () => Promise<T>): Promise<T> => {
      await sleep(plan.tableMs / 2, life);
      if (within(plan.tableAway, time)) {
        lost += 1;
        if (lost % 2 === 0) await question();
        await sleep(tableTimeoutMs, life);
        throw new UnavailableError('controls', 'away');
      }
      const answer = await question();
      await sleep(plan.tableMs / 2, life);
      return answer;
    };
    return {
      read: (dependency) => ask(() => ((asked.reads += 1), inner.read(dependency))),
      replace: (...write) => ask(() => ((asked.writes += 1), inner.replace(...write))),
    };
  };

  const calls: Call[] = [];
  const events: { readonly instance: number; readonly at: number; readonly event: BreakerEvent }[] = [];
  const live = async (life: InstancePlan, instance: number): Promise<void> => {
    let probing = false;
    const breaker = createBreaker({
      dependency: 'store',
      isFailure: (error) => !(error instanceof UnavailableError),
      store: storeOf(life),
      instance: String(instance),
      now: () => 1_795_000_000_000 + time + life.skewMs,
      random: () => (instance * 0.37) % 1,
      ...(plan.probeAfterMs === undefined ? {} : { probeAfterMs: plan.probeAfterMs }),
      onEvent: (event) => {
        probing ||= event === 'probed';
        events.push({ instance, at: time, event });
      },
    });
    await sleep(life.startsAt, life);
    while (time < plan.until) {
      const call = { instance, at: time, made: false, probe: false, answered: false, open: false };
      probing = false;
      try {
        await breaker.execute(async () => {
          Object.assign(call, { at: time, made: true, probe: probing });
          call.open = (await inner.read('store'))?.state === 'open';
          calls.push(call); // when it begins: the dead do not come back to say it
          await sleep(life.callMs, life);
          if (within(plan.dependencyAway, time)) throw new Error('away');
        });
        call.answered = true;
      } catch {
        if (!call.made) calls.push(call);
      }
      await sleep(life.pauseMs, life);
    }
  };

  const lives = plan.instances.map(live);
  while (wakes.length > 0) {
    const soonest = wakes.reduce((first, wake, n) => (wake.at < (wakes[first]?.at ?? 0) ? n : first), 0);
    const [next] = wakes.splice(soonest, 1);
    time = next?.at ?? time;
    next?.wake();
    await new Promise(setImmediate);
  }
  void lives;
  return { calls, events, asked, shared: await inner.read('store') };
};
