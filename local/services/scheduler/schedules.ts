import { randomUUID } from 'node:crypto';
import type { FunctionHost } from '../../world.ts';
import { nextFiring, type Timing } from './schedule-expression.ts';

export interface Schedule {
  readonly name: string;
  readonly expression: string;
  readonly timing: Timing;
  readonly enabled: boolean;
  readonly targetArn: string;
  /** JSON that the target receives; without it, the event AWS makes up. */
  readonly input?: string;
}

export interface Schedules {
  set(schedule: Schedule): void;
  get(name: string): Schedule | undefined;
  /** Nothing fires before this: a schedule may be deployed before what it needs. */
  beginFiring(): void;
  stop(): void;
}

export interface SchedulesOptions {
  readonly functions: Pick<FunctionHost, 'invoke'>;
  readonly progress: (line: string) => void;
  readonly now: () => number;
  /** How long to wait before a failed target is called again; Lambda tries an asynchronous call three times in all. */
  readonly retryDelaysMs: readonly number[];
}

/** Timers hold at most 24 days; waking once an hour also follows a clock that was set. */
const LONGEST_SLEEP_MS = 3_600_000;

const defaultEvent = (name: string, at: number): unknown => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: new Date(at).toISOString(),
  region: 'eu-west-1',
  resources: [`arn:aws:scheduler:eu-west-1:000000000000:schedule/default/${name}`],
  detail: '{}',
});

const payloadOf = ({ name, input }: Schedule, at: number): unknown =>
  input === undefined ? defaultEvent(name, at) : JSON.parse(input);

/** Calls each schedule's function when it is due, one timer per schedule. */
export const createSchedules = ({ functions, progress, now, retryDelaysMs }: SchedulesOptions): Schedules => {
  const entries = new Map<string, { schedule: Schedule; createdAt: number }>();
  const timers = new Map<string, NodeJS.Timeout>();
  let firing = false;

  const sleep = (key: string, ms: number, then: () => void): void => {
    clearTimeout(timers.get(key));
    timers.set(key, setTimeout(then, Math.max(0, ms)));
  };

  const call = async (schedule: Schedule, dueAt: number, attempt: number): Promise<void> => {
    const failure = await functions.invoke(schedule.targetArn, payloadOf(schedule, dueAt)).then(
      (result) => ('error' in result ? result.message : 'throttled' in result ? result.throttled : undefined),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (failure === undefined || !firing) return;
    const delay = retryDelaysMs[attempt];
    const next = delay === undefined ? 'given up' : `again in ${delay / 1000} s`;
    progress(`schedule ${schedule.name}: ${failure} (attempt ${attempt + 1}, ${next})`);
    if (delay === undefined) return;
    sleep(`${schedule.name}:retry`, delay, () => void call(schedule, dueAt, attempt + 1));
  };

  const arm = (name: string, after: number): void => {
    const entry = entries.get(name);
    if (!firing || !entry?.schedule.enabled) return;
    const dueAt = nextFiring(entry.schedule.timing, entry.createdAt, after);
    if (dueAt === undefined) return;
    const wait = dueAt - now();
    sleep(name, Math.min(wait, LONGEST_SLEEP_MS), () => {
      if (wait > LONGEST_SLEEP_MS) return arm(name, after);
      void call(entry.schedule, dueAt, 0);
      arm(name, dueAt);
    });
  };

  return {
    set(schedule) {
      const createdAt = now();
      clearTimeout(timers.get(schedule.name));
      entries.set(schedule.name, { schedule, createdAt });
      arm(schedule.name, createdAt - 1);
    },
    get: (name) => entries.get(name)?.schedule,
    beginFiring() {
      firing = true;
      for (const [name, { createdAt }] of entries) arm(name, createdAt - 1);
    },
    stop() {
      firing = false;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
};
