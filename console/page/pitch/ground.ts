/** The pitch that all matches are laid on, metres; the enricher brings every sensor onto it. */
const pitch = { length: 105, width: 68 };
/** What is seen around it. Metres. */
const margin = 4;

/** From metres to pixels. */
export interface GroundScale {
  readonly metre: number;
  readonly x: (metres: number) => number;
  readonly y: (metres: number) => number;
}

/** The whole pitch in the middle of what there is room for. */
export const groundScale = ({ width, height }: { readonly width: number; readonly height: number }): GroundScale => {
  const metre = Math.min(width / (pitch.length + 2 * margin), height / (pitch.width + 2 * margin));
  const [left, top] = [(width - pitch.length * metre) / 2, (height - pitch.width * metre) / 2];
  return { metre, x: (metres) => left + metres * metre, y: (metres) => top + metres * metre };
};

const stripes = 14;

interface Paint {
  readonly grass: string;
  readonly stripe: string;
  readonly chalk: string;
}

/** Grass in stripes and the lines of the game. */
export const drawGround = (
  onto: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  { metre, x, y }: GroundScale,
  { grass, stripe, chalk }: Paint,
): void => {
  onto.fillStyle = grass;
  onto.fillRect(0, 0, size.width, size.height);
  onto.fillStyle = stripe;
  for (let n = 0; n < stripes; n += 2)
    onto.fillRect(x((n * pitch.length) / stripes), y(0), (pitch.length / stripes) * metre, pitch.width * metre);

  onto.strokeStyle = chalk;
  onto.fillStyle = chalk;
  onto.lineWidth = Math.max(1, metre * 0.14);
  const box = (left: number, top: number, wide: number, high: number): void =>
    onto.strokeRect(x(left), y(top), wide * metre, high * metre);
  const arc = (cx: number, cy: number, radius: number, from = 0, to = Math.PI * 2): void => {
    onto.beginPath();
    onto.arc(x(cx), y(cy), radius * metre, from, to);
    onto.stroke();
  };
  const spot = (cx: number): void => {
    onto.beginPath();
    onto.arc(x(cx), y(pitch.width / 2), Math.max(1.5, 0.3 * metre), 0, 7);
    onto.fill();
  };
  const half = pitch.width / 2;
  box(0, 0, pitch.length, pitch.width);
  onto.beginPath();
  onto.moveTo(x(pitch.length / 2), y(0));
  onto.lineTo(x(pitch.length / 2), y(pitch.width));
  onto.stroke();
  arc(pitch.length / 2, half, 9.15);
  spot(pitch.length / 2);
  // What of the circle around the penalty spot lies outside the area of 16.5 m.
  const outside = Math.acos((16.5 - 11) / 9.15);
  for (const [goal, inwards, facing] of [
    [0, 1, 0],
    [pitch.length, -1, Math.PI],
  ] as const) {
    const from = (metres: number): number => (inwards === 1 ? goal : goal - metres);
    box(from(16.5), half - 20.16, 16.5, 40.32);
    box(from(5.5), half - 9.16, 5.5, 18.32);
    box(inwards === 1 ? -2 : pitch.length, half - 3.66, 2, 7.32);
    spot(goal + inwards * 11);
    arc(goal + inwards * 11, half, 9.15, facing - outside, facing + outside);
  }
};
