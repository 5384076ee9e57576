import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FunctionSpec, InvokeResult } from '../world.ts';
import { forEachLine } from './lines.ts';
import { peakRssKb } from './peak-memory.ts';

/** One process that runs one function, one invocation at a time, as a Lambda execution environment does. */
export interface Instance {
  /** From spawn to ready, milliseconds. */
  readonly initMs: number;
  readonly alive: () => boolean;
  readonly peakRssMb: () => number;
  readonly invoke: (payload: string, requestId: string) => Promise<InvokeResult>;
  /** SIGKILL: what a crash looks like from outside. */
  readonly kill: () => void;
  /** Lets it end, and kills what does not. */
  readonly stop: () => Promise<void>;
}

export interface InstanceOptions {
  readonly spec: FunctionSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

interface Message {
  readonly kind: 'ready' | 'init-failed' | 'done' | 'thrown';
  readonly payload?: string;
  readonly errorMessage?: string;
  readonly errorType?: string;
  readonly peakRssKb: number;
}

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const initMs = 10_000; // Lambda's limit for the init phase
const memoryCheckMs = 100;
const stopMs = 2_000;

/** Starts a process and waits until its bundle is loaded. @throws Error with what the bundle said, where it does not load */
export const startInstance = async ({ spec, environment, onLine }: InstanceOptions): Promise<Instance> => {
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
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    child.once('error', (error) => resolve(error.message));
  });

  const first = await withTimeout(nextMessage(child, exited), initMs);
  if (first === 'timeout' || typeof first === 'string' || first.kind !== 'ready') {
    child.kill('SIGKILL');
    const why = typeof first === 'string' ? first : `${first.errorType}: ${first.errorMessage}`;
    throw new Error(`${spec.name} did not start: ${why}`);
  }
  let peakKb = first.peakRssKb;
  const measured = (kb: number | undefined): boolean => {
    peakKb = Math.max(peakKb, kb ?? 0);
    return peakKb > spec.memoryMb * 1024;
  };

  const tooMuch = (): string => `used ${Math.round(peakKb / 1024)} MB of ${spec.memoryMb}`;

  let killed = false; // the system takes a moment to say so
  const kill = (): void => {
    killed = true;
    child.kill('SIGKILL');
  };

  const invoke = async (payload: string, requestId: string): Promise<InvokeResult> => {
    const failed = (kind: 'thrown' | 'timeout' | 'exit' | 'memory', message: string): InvokeResult => {
      if (kind !== 'thrown') kill();
      return { error: 'Unhandled', kind, message, requestId };
    };
    const deadline = Date.now() + spec.timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const overweight = new Promise<'memory'>((resolve) => {
      timer = setInterval(() => void (measured(peakRssKb(child.pid)) && resolve('memory')), memoryCheckMs);
    });
    const answered = nextMessage(child, exited);
    child.send({ requestId, payload, deadline }, () => {}); // a failed send is an exit, and that is awaited
    const outcome = await withTimeout(Promise.race([answered, overweight]), spec.timeoutMs);
    clearInterval(timer);
    if (outcome === 'timeout') return failed('timeout', `timed out after ${spec.timeoutMs / 1000} s`);
    if (outcome === 'memory') return failed('memory', tooMuch());
    if (typeof outcome === 'string') return failed('exit', `ended with ${outcome} before it answered`);
    if (measured(outcome.peakRssKb)) return failed('memory', tooMuch());
    if (outcome.kind === 'done') return { payload: JSON.parse(outcome.payload ?? 'null') as unknown, requestId };
    return failed('thrown', `${outcome.errorType}: ${outcome.errorMessage}`);
  };

  return {
    initMs: performance.now() - startedAt,
    alive: () => !killed && child.connected && child.exitCode === null && child.signalCode === null,
    peakRssMb: () => peakKb / 1024,
    invoke,
    kill,
    stop: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(kill, stopMs);
      await exited;
      clearTimeout(late);
    },
  };
};

/** The next message, or how the process ended before one came. */
const nextMessage = (child: ChildProcess, exited: Promise<string>): Promise<Message | string> =>
  Promise.race([new Promise<Message>((resolve) => child.once('message', (message) => resolve(message as Message))), exited]);

const withTimeout = async <T>(promise: Promise<T>, ms: number): Promise<T | 'timeout'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
