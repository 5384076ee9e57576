import type { GiveUpCause } from '../../../local/runtime/poller/next-step.ts';
import type { PolledRecord } from '../../../local/runtime/poller/record.ts';
import { createShardPoller } from '../../../local/runtime/poller/shard-poller.ts';
import type { AttemptReport, ShardWorld } from '../../../local/runtime/poller/shard-world.ts';
import type { InvokeResult, KinesisMapping, ShardProgress } from '../../../local/world.ts';
import { createClock } from './simulated-clock.ts';

export const streamMapping: KinesisMapping = {
  uuid: 'mapping',
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
  enabled: true,
  batchSize: 3,
  batchingWindowMs: 0,
  bisect: false,
  maxAttempts: 2,
  maxAgeMs: 60_000,
  parallelization: 1,
  startingPosition: 'TRIM_HORIZON',
  reportBatchItemFailures: true,
};

/** When a simulated run begins. */
export const begin = Date.UTC(2026, 10, 21);

/** A record of a simulated stream: its number, its key, and when it arrives, milliseconds from the beginning. */
export interface Arrival {
  readonly key?: string;
  readonly at?: number;
  readonly bytes?: number;
}

export interface Call {
  readonly numbers: readonly string[];
  /** Milliseconds from the beginning. */
  readonly at: number;
}

/** An attempt, counted from 1. */
export type Behaviour = (numbers: readonly string[], attempt: number) => unknown;

export const failure: InvokeResult = { error: 'Unhandled', kind: 'thrown', message: 'on purpose', requestId: 'r' };
export const throttle: InvokeResult = { throttled: 'no more concurrency' };
export const from = (...numbers: readonly string[]) => ({
  batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })),
});

const isResult = (answer: unknown): answer is InvokeResult => answer === failure || answer === throttle;

export interface Simulation {
  readonly arrivals: readonly Arrival[];
  readonly behaviour: Behaviour;
  readonly mapping?: Partial<KinesisMapping>;
  /** How long the function takes, milliseconds. @default 10 */
  readonly durationMs?: number | ((numbers: readonly string[]) => number);
  readonly enabled?: (ms: number) => boolean;
  /** Whether give-ups have somewhere to go. @default true */
  readonly destination?: boolean;
  /** Replaces parts of the world. */
  readonly change?: (world: ShardWorld) => Partial<ShardWorld>;
  /** Where an earlier run stopped. */
  readonly checkpoint?: string;
  /** @default when the last record is behind the checkpoint, and one more read found nothing */
  readonly until?: (seen: Seen, ms: number) => boolean;
}

export interface Seen {
  readonly calls: Call[];
  readonly reads: number[];
  readonly givenUp: {
    readonly numbers: readonly string[];
    readonly cause: GiveUpCause;
    readonly attempts: number;
    readonly requestId: string | undefined;
    readonly error: boolean;
    readonly at: number;
  }[];
  readonly reports: AttemptReport[];
  readonly counts: Record<string, number>;
  readonly complaints: string[];
  readonly checkpoints: string[];
  checkpoint: string | undefined;
  progress: ShardProgress;
  /** Milliseconds from the beginning to the end. */
  ms: number;
}

const numbersOf = (records: readonly PolledRecord[]): string[] => records.map(({ sequenceNumber }) => sequenceNumber);

/** A shard with records `1`, `2`, …, polled on simulated time by the real poller. */
export const simulate = async (simulation: Simulation): Promise<Seen> => {
  const { arrivals, behaviour, durationMs = 10, enabled = () => true, change = () => ({}) } = simulation;
  const clock = createClock(begin);
  const ms = (): number => clock.now() - begin;
  const stream = arrivals.map(({ key = 'p', at = 0, bytes = 8 }, n): PolledRecord & { number: number } => ({
    number: n + 1,
    sequenceNumber: String(n + 1),
    partitionKey: key,
    data: Buffer.alloc(bytes),
    arrivedAt: begin + at,
  }));
  const seen: Seen = {
    calls: [],
    reads: [],
    givenUp: [],
    reports: [],
    counts: {},
    complaints: [],
    checkpoints: [],
    checkpoint: simulation.checkpoint,
    progress: { shard: '', checkpoint: undefined, emptyAt: 0, finishedUntil: 0 },
    ms: 0,
  };
  let stopped = false;
  const usual: ShardWorld = {
    region: 'eu-west-1',
    now: clock.now,
    sleep: (time) => (stopped ? Promise.resolve() : clock.sleep(time)),
    random: () => 1,
    stopped: () => stopped,
    enabled: () => enabled(ms()),
    read: async (after, limit) => {
      seen.reads.push(ms());
      const arrived = stream.filter(({ number, arrivedAt }) => number > Number(after ?? 0) && arrivedAt <= clock.now());
      return arrived.slice(0, limit);
    },
    invoke: async (event) => {
      const { Records } = event as { Records: { kinesis: { sequenceNumber: string } }[] };
      const numbers = Records.map(({ kinesis }) => kinesis.sequenceNumber);
      seen.calls.push({ numbers, at: ms() });
      const answer = behaviour(numbers, seen.calls.length);
      await clock.sleep(typeof durationMs === 'number' ? durationMs : durationMs(numbers));
      return isResult(answer) ? answer : { payload: answer, requestId: `request-${seen.calls.length}` };
    },
    giveUp: async ({ records, failures, requestId }, cause, last) => {
      const error = last !== undefined && 'error' in last;
      seen.givenUp.push({ numbers: numbersOf(records), cause, attempts: failures, requestId, error, at: ms() });
    },
    checkpoint: {
      get: () => seen.checkpoint,
      set: (number) => {
        seen.checkpoint = number;
        seen.checkpoints.push(number);
      },
    },
    report: (report) => void seen.reports.push(report),
    count: (metric, records) => (seen.counts[metric] = (seen.counts[metric] ?? 0) + records),
    complain: (message) => void seen.complaints.push(message),
  };
  const mapping: KinesisMapping = {
    ...streamMapping,
    ...(simulation.destination === false ? {} : { onFailureArn: 'arn:aws:s3:::give-ups' }),
    ...simulation.mapping,
  };
  const poller = createShardPoller(mapping, 'shard-0', { ...usual, ...change(usual) });
  const running = poller.run();
  const readToTheEnd = (): boolean =>
    seen.checkpoint === String(stream.length) &&
    poller.progress().emptyAt > Math.max(...stream.map((r) => r.arrivedAt));
  const { until } = simulation;
  await clock.runUntil(() => (until ? until(seen, ms()) : readToTheEnd()));
  stopped = true;
  seen.ms = ms();
  clock.wakeAll();
  await running;
  seen.progress = poller.progress();
  return seen;
};

/** Only what the function was given, call by call. */
export const numbersSeen = ({ calls }: Seen): readonly (readonly string[])[] => calls.map(({ numbers }) => numbers);

export const records = (count: number, arrival: Arrival = {}): Arrival[] =>
  Array.from({ length: count }, () => arrival);
