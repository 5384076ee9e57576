import { readFileSync } from 'node:fs';

/**
 * The largest resident set that a process has had, in kilobytes; undefined where the system does not tell from outside
 * (anything but Linux): there the function's own figure, sent with each answer, has to do.
 */
export const peakRssKb = (pid: number | undefined): number | undefined => {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Number(kb);
  } catch {
    return undefined; // no /proc, or the process has just ended, which is noticed elsewhere
  }
};
