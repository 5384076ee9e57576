/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a cell of the line is, pixels from the picture's corner. */
export interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From a point to a point, leaving and arriving level; or straight down and up where they lie below each other. */
export interface Way {
  readonly from: Point;
  readonly to: Point;
  readonly isUpright: boolean;
}

const middle = ({ top, bottom }: Cell): number => (top + bottom) / 2;
const centre = ({ left, right }: Cell): number => (left + right) / 2;

/** Through the gap between two cells: to the right where there is one, else downwards. */
export const wayBetween = (a: Cell, b: Cell, share = 0.5): Way => {
  if (b.left >= a.right - 1)
    return {
      from: { x: a.right, y: middle(a) },
      // Several that come to one cell do so beside each other.
      to: { x: b.left, y: b.top + (b.bottom - b.top) * share },
      isUpright: false,
    };
  return {
    from: { x: centre(a), y: a.bottom },
    to: { x: Math.min(Math.max(centre(a), b.left + 8), b.right - 8), y: b.top },
    isUpright: true,
  };
};

/** A point of the way. @param share - from 0 to 1 */
export const pointOn = ({ from, to, isUpright }: Way, share: number): Point => {
  const turn = 0.5 - Math.cos(Math.PI * share) / 2;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return isUpright
    ? { x: from.x + dx * turn, y: from.y + dy * share }
    : { x: from.x + dx * share, y: from.y + dy * turn };
};

export const lengthOf = ({ from, to }: Way): number => Math.hypot(to.x - from.x, to.y - from.y);
