import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Every process that a process started, and those that they started. */
export const descendants = (pid: number): number[] => {
  const { pid: ps, stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([child, , state]) => Number(child) !== ps && !state?.startsWith('Z'));
  const below = (parent: number): number[] =>
    rows.flatMap(([child, of]) => (Number(of) === parent ? [Number(child), ...below(Number(child))] : []));
  return below(pid);
};

/** A process that has ended and whose parent has not noticed yet is gone, too. */
export const isAlive = (pid: number): boolean => {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false; // ps knows no such process
  }
};

export const eventually = async (what: string, holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> => {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/**
 * Runs a module in a process of its own until it prints `ready`, so that a test can kill it: what it started must not
 * outlive it.
 */
export const startParent = async (
  code: string,
): Promise<{ readonly parent: ChildProcess; readonly started: number[] }> => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: parent.stdout })) if (line === 'ready') break;
  return { parent, started: descendants(parent.pid ?? 0) };
};
