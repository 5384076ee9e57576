import type { ChildProcess } from 'node:child_process';

/** What the bootstrap says; `peakRssKb` is its largest resident set so far. */
export interface Message {
  readonly kind: 'ready' | 'init-failed' | 'done' | 'thrown';
  readonly payload?: string;
  readonly errorMessage?: string;
  readonly errorType?: string;
  readonly peakRssKb: number;
}

export type Outcome =
  | Message
  | { readonly kind: 'timeout' }
  | { readonly kind: 'memory' }
  /** `how`: a signal or a status. */
  | { readonly kind: 'gone'; readonly how: string };

export interface InstanceChannel {
  /**
   * Waits for the next message, or for what comes instead of it; one wait at a time.
   * @param overweight - asked several times a second whether the process has become too large
   */
  next(timeoutMs: number, overweight?: () => boolean): Promise<Outcome>;
  /** Settles when the process is gone and all it printed has been read. */
  readonly closed: Promise<void>;
}

const memoryCheckMs = 100;

/** Listens to one process. Nothing is kept from one wait to the next, however many there are. */
export const listenTo = (child: ChildProcess): InstanceChannel => {
  let receive: ((outcome: Outcome) => void) | undefined;
  let gone: Outcome | undefined;
  child.on('message', (message) => receive?.(message as Message));
  const closed = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      gone ??= { kind: 'gone', how };
      receive?.(gone);
      resolve();
    };
    child.once('close', (code, signal) => end(signal ?? `status ${code}`));
    child.on('error', (error) => void (child.pid === undefined && end(error.message)));
  });
  return {
    closed,
    next: (timeoutMs, overweight) =>
      new Promise((resolve) => {
        const settle = (outcome: Outcome): void => {
          clearTimeout(late);
          clearInterval(weighing);
          receive = undefined;
          resolve(outcome);
        };
        const late = setTimeout(() => settle({ kind: 'timeout' }), timeoutMs);
        const weighing = overweight && setInterval(() => overweight() && settle({ kind: 'memory' }), memoryCheckMs);
        receive = settle;
        if (gone) settle(gone);
      }),
  };
};
