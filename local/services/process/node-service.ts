import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunningService } from '../json-service.ts';
import { killGroup } from './kill-group.ts';

const stopMs = 3_000;

/** A package's server in a process of its own, so that what it costs does not slow the others down. */
export interface NodeService extends RunningService {
  readonly pid: number;
  /** Resolves when it has ended, wanted or not. */
  readonly ended: Promise<unknown>;
  /**
   * Sends it a message with an `id` and waits for the answer of that id; settles also when the process ends meanwhile.
   * @throws Error with the `error` of its answer, or where it does not answer in time
   */
  ask(message: object, patienceMs: number): Promise<void>;
  /** SIGKILL: what a crash looks like. Settles when it is gone. */
  crash(): Promise<void>;
}

export interface NodeServiceOptions {
  /** @default one that the system hands out */
  readonly port?: number | undefined;
  /** What the launcher takes besides folder and port. */
  readonly args?: readonly string[];
}

const startMs = 20_000;

const createAsk = (child: ChildProcess, ended: Promise<unknown>): NodeService['ask'] => {
  let asked = 0;
  return async (message, patienceMs) => {
    asked += 1;
    const id = asked;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const hear = (answer: { readonly id?: number; readonly error?: string }): void => {
      if (answer.id !== id) return;
      if (answer.error === undefined) resolve();
      else reject(new Error(answer.error));
    };
    const late = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
    child.on('message', hear);
    // With the channel gone it is ending, and what it was asked is for the next one.
    child.send({ ...message, id }, (error) => error && resolve());
    try {
      await Promise.race([promise, ended]);
    } finally {
      clearTimeout(late);
      child.off('message', hear);
    }
  };
};

/** @param launcher - the module in `launchers/` that starts the server; it says `{ port }` when it listens */
export const startNodeService = async (
  name: string,
  launcher: string,
  dataDir: string,
  { port: wanted = 0, args = [] }: NodeServiceOptions = {},
): Promise<NodeService> => {
  const module = fileURLToPath(new URL(`../launchers/${launcher}`, import.meta.url));
  const child = fork(module, [dataDir, String(wanted), ...args], {
    execArgv: [], // ours are not its: two cannot share the port of --inspect
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const ended = once(child, 'exit');
  const said = once(child, 'message') as Promise<[{ port: number }]>;
  const late = setTimeout(() => {
    complaint += ` it did not listen within ${startMs / 1000} s`;
    killGroup(child.pid);
  }, startMs);
  const first = await Promise.race([said, ended.then(() => undefined)]);
  clearTimeout(late);
  if (!first) throw new Error(`${name} did not start: ${complaint.trim() || 'it ended without a word'}`);
  const [{ port }] = first;
  return {
    pid: child.pid ?? 0,
    ended,
    endpoint: `http://127.0.0.1:${port}`,
    port,
    ask: createAsk(child, ended),
    crash: async () => {
      killGroup(child.pid);
      await ended;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.disconnect(); // the launcher closes its server and ends
      const timer = setTimeout(() => killGroup(child.pid), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
};
