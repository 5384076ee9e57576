/** The pitch that all matches are laid on. Metres. */
export const pitch = { length: 105, width: 68 } as const;

/** A place in metres from the corner at 0, 0. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const columns = 6;
const rows = 3;

/** Where a place outside the pitch belongs to the zone it is nearest to. */
const cell = (metres: number, length: number, cells: number): number =>
  Math.min(Math.max(Math.floor((metres / length) * cells), 0), cells - 1) + 1;

/** `<column>-<row>`: six columns along the pitch and three rows across it, both from 1. */
export const zoneOf = ({ x, y }: Place): string => `${cell(x, pitch.length, columns)}-${cell(y, pitch.width, rows)}`;

/** Degrees from 0 to below 360: 0 along the pitch towards growing x, 90 across it towards growing y. */
export const directionOf = ({ x, y }: Place): number => {
  const degrees = (Math.atan2(y, x) * 180) / Math.PI;
  // 360 itself comes of a negative angle too small to be told from 0.
  return degrees < 0 ? (degrees + 360) % 360 : degrees;
};
