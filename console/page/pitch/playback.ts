/**
 * What event time is on the screen. A little behind the newest message, so that there is always one to move towards;
 * as little as the jitter of the last messages allows.
 */
export interface Playback {
  /** A message came. Both milliseconds since the epoch. */
  readonly saw: (occurredAt: number, now: number) => void;
  /** Event time that is to be drawn; undefined before the first message. */
  readonly at: (now: number) => number | undefined;
}

/** So many messages tell how late they come: ten seconds of them. */
const remembered = 50;
/** Time runs at most so much faster or slower while the delay changes: nobody sees a tenth. */
const slew = 0.1;
/** A delay that is wrong by more than this is an outage, or its end, and no jitter. Milliseconds. */
const jumpAfter = 1_500;
const usualGapMs = 200;
const longestGapMs = 1_000;

export const createPlayback = (): Playback => {
  let behinds: number[] = [];
  let seenAt: number | undefined;
  let gap = usualGapMs;
  let delay: number | undefined;
  let before = 0;

  const wanted = (): number => Math.max(...behinds) + gap;
  return {
    saw: (occurredAt, now) => {
      const behind = now - occurredAt;
      // Back from an outage, what was before it says nothing.
      if (behinds.length > 0 && Math.abs(behind - (behinds.at(-1) ?? 0)) > jumpAfter) behinds = [];
      behinds.push(behind);
      if (behinds.length > remembered) behinds.shift();
      if (seenAt !== undefined && now > seenAt && now - seenAt < longestGapMs) gap += (now - seenAt - gap) * 0.1;
      seenAt = now;
    },
    at: (now) => {
      if (behinds.length === 0) return undefined;
      const target = wanted();
      if (delay === undefined || Math.abs(target - delay) > jumpAfter) delay = target;
      const step = Math.max(0, now - before) * slew;
      delay += Math.max(-step, Math.min(step, target - delay));
      before = now;
      return now - delay;
    },
  };
};
