/** Something that moves along a lane: how far it has come, as a share of the way. */
export interface Drop {
  share: number;
}

/** One lane of the picture: drops on it stand for what flows, more for more, and never one each. */
export interface Lane {
  readonly drops: Drop[];
  owed: number;
}

export const emptyLane = (): Lane => ({ drops: [], owed: 0 });

/** Drops a second for so many records a second: a trickle is still seen, a flood still counted by the eye. */
export const dropsPerSecond = (perSecond: number): number =>
  perSecond <= 0 ? 0 : Math.min(14, 0.7 + 3.2 * Math.log10(1 + perSecond));

/** How thick the lane is drawn, pixels. */
export const thickness = (perSecond: number): number =>
  perSecond <= 0 ? 1 : Math.min(5, 1.25 + 1.1 * Math.log10(1 + perSecond));

const mostDrops = 60;
/** A tab that was hidden does not make up for it. Seconds. */
const longestStep = 0.1;

/**
 * Moves what is on the lane and lets new drops in.
 * @param wayPixels - how long the lane is
 * @param pixelsPerSecond - how fast drops go
 */
export const flow = (
  lane: Lane,
  perSecond: number,
  seconds: number,
  wayPixels: number,
  pixelsPerSecond: number,
): void => {
  const step = Math.min(seconds, longestStep);
  for (const drop of lane.drops) drop.share += (step * pixelsPerSecond) / Math.max(1, wayPixels);
  while ((lane.drops[0]?.share ?? 0) > 1) lane.drops.shift();
  lane.owed += dropsPerSecond(perSecond) * step;
  while (lane.owed >= 1) {
    lane.owed -= 1;
    if (lane.drops.length < mostDrops) lane.drops.push({ share: 0 });
  }
};
