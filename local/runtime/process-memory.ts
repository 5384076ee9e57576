import { readFileSync } from 'node:fs';

const readKb = (pid: number | undefined, what: 'VmHWM' | 'VmRSS'): number | undefined => {
  try {
    const [, kb] = new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Number(kb);
  } catch {
    return undefined; // no /proc, or the process has just ended, which is noticed elsewhere
  }
};

/**
 * The largest resident set that a process has had, in kilobytes; undefined where the system does not tell from outside
 * (anything but Linux): there the function's own figure, sent with each answer, has to do.
 */
export const peakRssKb = (pid: number | undefined): number | undefined => readKb(pid, 'VmHWM');

/** Its resident set now, in kilobytes; undefined as above. */
export const rssKb = (pid: number | undefined): number | undefined => readKb(pid, 'VmRSS');
