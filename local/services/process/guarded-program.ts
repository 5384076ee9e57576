import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killGroup } from './kill-group.ts';

export interface GuardedProgram {
  /** Resolves with the exit status when the program has ended, wanted or not. */
  readonly ended: Promise<number>;
  /** SIGKILL to the program: what a crash looks like. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  /** Whom it runs as; left out, as ourselves. */
  readonly as?: { readonly uid: number; readonly gid: number };
}

export interface ProgramOptions extends Program {
  readonly onLine: (line: string) => void;
}

const guard = fileURLToPath(new URL('guard.ts', import.meta.url));

/** Starts a program that cannot outlive us, not even when we are killed. */
export const startGuarded = ({ program, args, as, onLine }: ProgramOptions): GuardedProgram => {
  const child = spawn(process.execPath, [guard, String(as?.uid ?? -1), String(as?.gid ?? -1), program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // out of the terminal's process group: Ctrl-C must not stop it before us
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
  child.stdin.on('error', () => {}); // it is gone already: `ended` tells
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      killGroup(child.pid); // where it was the guard that was killed, the program is still there
      resolve(code ?? 1);
    });
    child.once('error', () => resolve(127));
  });
  return {
    ended,
    crash: async () => {
      // By the guard, its parent: orphaned, it could stay a zombie for seconds, which looks alive to its successor.
      child.stdin.write('crash\n');
      await ended;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
