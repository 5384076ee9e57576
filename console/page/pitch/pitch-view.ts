import { openSurface } from '../canvas.ts';
import { readColours, wantsStillness } from '../theme.ts';
import { drawGround, groundScale, type GroundScale } from './ground.ts';
import type { Match, Mover } from './match.ts';
import { placeAt, type Place } from './track.ts';

const colourNames = [
  'grass',
  'grass-stripe',
  'chalk',
  'home',
  'away',
  'nobody',
  'on-team',
  'ball',
  'ball-edge',
] as const;
/** How far back a trail goes, and in how many steps. */
const trail = { ms: 1_400, steps: 7 };
/** Below this nobody leaves a trail. Metres a second. */
const trailAbove = 3;

/** A shirt smaller than this has no number on it. Pixels. */
const legible = 7;

/** Draws a match, seen from above. */
export const createPitch = (canvas: HTMLCanvasElement) => {
  let colours = readColours(colourNames);
  let ground: HTMLCanvasElement | undefined;
  let scale: GroundScale = groundScale({ width: 1, height: 1 });
  const repaint = (): void => {
    ground = undefined;
  };
  const surface = openSurface(canvas, repaint);
  const { context } = surface;

  const paintGround = (): HTMLCanvasElement => {
    colours = readColours(colourNames);
    scale = groundScale(surface.size());
    const painted = document.createElement('canvas');
    [painted.width, painted.height] = [canvas.width, canvas.height];
    const onto = painted.getContext('2d');
    if (onto) {
      onto.setTransform(context.getTransform());
      drawGround(onto, surface.size(), scale, {
        grass: colours.grass,
        stripe: colours['grass-stripe'],
        chalk: colours.chalk,
      });
    }
    return painted;
  };

  const dot = ({ x, y }: Place, radius: number): void => {
    context.beginPath();
    context.arc(scale.x(x), scale.y(y), radius, 0, 7);
  };
  const colourOf = ({ side }: Mover): string => (side === 'none' ? colours.nobody : colours[side]);

  const drawTrail = (mover: Mover, at: number): void => {
    if (mover.speed < trailAbove && !mover.isBall) return;
    context.strokeStyle = mover.isBall ? colours.ball : colourOf(mover);
    context.lineWidth = mover.isBall ? 1.5 : Math.max(1.5, scale.metre * 0.35);
    let last = placeAt(mover.track, at);
    for (let n = 1; n <= trail.steps && last; n += 1) {
      const place = placeAt(mover.track, at - (n * trail.ms) / trail.steps);
      if (!place) break;
      context.globalAlpha = 0.45 * (1 - n / (trail.steps + 1));
      context.beginPath();
      context.moveTo(scale.x(last.x), scale.y(last.y));
      context.lineTo(scale.x(place.x), scale.y(place.y));
      context.stroke();
      last = place;
    }
    context.globalAlpha = 1;
  };

  /** One side is filled and the other a ring: nobody has to tell them by colour. */
  const drawPlayer = (mover: Mover, place: Place): void => {
    const radius = Math.max(5, scale.metre * 1.5);
    const colour = colourOf(mover);
    dot(place, radius);
    context.fillStyle = mover.side === 'away' ? colours.grass : colour;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
    if (mover.sprint) {
      dot(place, radius + 3.5);
      context.lineWidth = 1;
      context.stroke();
    }
    if (radius < legible) return;
    context.fillStyle = mover.side === 'away' ? colour : colours['on-team'];
    context.font = `600 ${Math.round(radius * 1.05)}px system-ui, sans-serif`;
    context.fillText(mover.label, scale.x(place.x), scale.y(place.y) + 0.5);
  };

  /** A ball in the air is larger, and away from its shadow. */
  const drawBall = (place: Place): void => {
    const radius = Math.max(3, scale.metre * 0.65) * (1 + Math.min(place.z, 6) * 0.08);
    const lift = Math.min(place.z, 8) * scale.metre * 0.5;
    context.fillStyle = 'rgb(0 0 0 / 0.35)';
    dot({ x: place.x, y: place.y, z: 0 }, radius * 0.9);
    context.fill();
    context.beginPath();
    context.arc(scale.x(place.x) + lift * 0.3, scale.y(place.y) - lift, radius, 0, 7);
    context.fillStyle = colours.ball;
    context.fill();
    context.lineWidth = 1.25;
    context.strokeStyle = colours['ball-edge'];
    context.stroke();
  };

  return {
    /** Colours are others now. */
    repaint,
    /** @param at - event time, milliseconds; undefined before anything came */
    draw: (match: Match | undefined, at: number | undefined): void => {
      ground ??= paintGround();
      const { width, height } = surface.size();
      context.drawImage(ground, 0, 0, width, height);
      if (!match || at === undefined) return;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.lineCap = 'round';
      const movers = [...match.movers.values()];
      if (!wantsStillness()) for (const mover of movers) drawTrail(mover, at);
      for (const mover of movers.toSorted((a, b) => Number(a.isBall) - Number(b.isBall))) {
        const place = placeAt(mover.track, at);
        if (place && mover.isBall) drawBall(place);
        else if (place) drawPlayer(mover, place);
      }
    },
  };
};
