import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { killGroup } from '../services/process/kill-group.ts';
import type { FunctionSpec, FunctionResult } from '../world.ts';
import { listenTo } from './instance-channel.ts';
import { forEachLine } from './lines.ts';
import { peakRssKb, rssKb } from './process-memory.ts';

/** One process that runs one function, one invocation at a time, as a Lambda execution environment does. */
export interface Instance {
  readonly id: string;
  /** Resolves when the bundle is loaded. Rejects with what the bundle said, where it does not load. */
  readonly ready: Promise<void>;
  /** From spawn to ready, milliseconds. */
  readonly initMs: () => number;
  readonly alive: () => boolean;
  readonly peakRssMb: () => number;
  /** Now; its peak where the system does not tell. */
  readonly rssMb: () => number;
  readonly invoke: (payload: string, requestId: string) => Promise<FunctionResult>;
  /** Has it hold so much memory more, whatever it is doing. */
  readonly allocate: (mb: number) => void;
  /** SIGKILL: what a crash looks like from outside. Settles when it is gone; at any moment, also before it is ready. */
  readonly kill: () => Promise<void>;
}

export interface InstanceOptions {
  readonly id: string;
  readonly spec: FunctionSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const longestInitMs = 10_000; // Lambda's limit for the init phase

/** Starts a process; the caller waits for `ready` before it invokes. */
export const startInstance = ({ id, spec, environment, onLine }: InstanceOptions): Instance => {
  const startedAt = performance.now();
  const child = fork(bootstrap, [spec.codeDir, spec.name, spec.arn, String(spec.memoryMb)], {
    env: { ...environment },
    // As Lambda's runtime does: the heap gives up before the kernel would take the process.
    execArgv: [`--max-old-space-size=${Math.floor(spec.memoryMb * 0.9)}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) if (stream) forEachLine(stream, onLine);
  const channel = listenTo(child);
  // What it started itself goes with it, or would hold its output open.
  child.once('exit', () => killGroup(child.pid));

  let killed = false; // the system takes a moment to say so
  const kill = (): Promise<void> => {
    killed = true;
    child.kill('SIGKILL');
    return channel.closed;
  };

  let peakKb = 0;
  const measured = (kb: number | undefined): boolean => {
    peakKb = Math.max(peakKb, kb ?? 0);
    return peakKb > spec.memoryMb * 1024;
  };

  let initMs = 0;
  const init = async (): Promise<void> => {
    const first = await channel.next(longestInitMs);
    initMs = performance.now() - startedAt;
    if ('peakRssKb' in first) measured(first.peakRssKb);
    if (first.kind === 'ready') return;
    await kill();
    const why =
      first.kind === 'init-failed'
        ? `${first.errorType}: ${first.errorMessage}`
        : first.kind === 'gone'
          ? `ended with ${first.how}`
          : `was not ready after ${longestInitMs / 1000} s`;
    throw new Error(`${spec.name} did not start: ${why}`);
  };

  const invoke = async (payload: string, requestId: string): Promise<FunctionResult> => {
    const failed = (kind: 'thrown' | 'timeout' | 'exit' | 'memory', message: string): FunctionResult => {
      if (kind !== 'thrown') void kill();
      return { error: 'Unhandled', kind, message, requestId };
    };
    const tooMuch = (): FunctionResult => failed('memory', `used ${Math.round(peakKb / 1024)} MB of ${spec.memoryMb}`);
    const deadline = Date.now() + spec.timeoutMs;
    const answered = channel.next(spec.timeoutMs, () => measured(peakRssKb(child.pid)));
    child.send({ requestId, payload, deadline }, () => {}); // a failed send is an exit, and that is awaited
    const outcome = await answered;
    if (outcome.kind === 'timeout') return failed('timeout', `timed out after ${spec.timeoutMs / 1000} s`);
    if (outcome.kind === 'memory') return tooMuch();
    if (outcome.kind === 'gone') return failed('exit', `ended with ${outcome.how} before it answered`);
    if (measured(outcome.peakRssKb)) return tooMuch();
    if (outcome.kind === 'done') return { payload: JSON.parse(outcome.payload ?? 'null') as unknown, requestId };
    return failed('thrown', `${outcome.errorType}: ${outcome.errorMessage}`);
  };

  return {
    id,
    ready: init(),
    initMs: () => initMs,
    alive: () => !killed && child.connected && child.exitCode === null && child.signalCode === null,
    peakRssMb: () => peakKb / 1024,
    rssMb: () => (rssKb(child.pid) ?? peakKb) / 1024,
    invoke,
    allocate: (allocateMb) => void child.send({ allocateMb }, () => {}), // one that is gone holds nothing
    kill,
  };
};
