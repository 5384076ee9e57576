/** 22 players and a ball. */
const objects = 23;
/** Frames a second, as sensors send them. */
const naturalFrames = 20;
/** Right and new records a second beside the positions: broadcast events, posts, quotes and trades. */
const naturalRest = 30;
/** One record in a hundred is a resend. */
export const resendEach = 100;

/** Of a wrong one in a hundred and a resend in a hundred, the match runs at its twenty frames a second. */
export const naturalRate = ((objects * naturalFrames + naturalRest) * 100) / 98;

/** What a frame takes, and how many right and new records there are to it. */
export interface Pace {
  /** Whole milliseconds. */
  readonly frameMs: number;
  readonly recordsPerFrame: number;
}

/** More than a minute between two frames is no tracking; the enricher refuses it. */
const longestFrameMs = 60_000;

/**
 * The frame interval at which all sources together make so many records a second, in their natural proportions. It is a
 * whole number of milliseconds, rounded up; what that leaves, quotes and trades fill.
 * @param rate - records a second, wrong ones and resends included
 * @param wrongPercent - of them
 */
export const paceOf = (rate: number, wrongPercent: number): Pace => {
  const right = rate * (1 - wrongPercent / 100 - 1 / resendEach);
  const natural = objects + naturalRest / naturalFrames;
  const frameMs = Math.min(longestFrameMs, Math.ceil(Number(((1_000 * natural) / right).toFixed(6))));
  return { frameMs, recordsPerFrame: (right * frameMs) / 1_000 };
};
