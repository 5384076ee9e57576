import { openSurface } from '../canvas.ts';
import { byId } from '../elements.ts';
import type { LocalStatus } from '../status.ts';
import { readColours, wantsStillness } from '../theme.ts';
import { channelsBetween, type Channel, type Hue } from './channels.ts';
import { emptyLane, flow, thickness, type Lane } from './flow.ts';
import { lengthOf, pointOn, type Cell } from './layout.ts';

const pixelsPerSecond = 90;
const sourceColours = ['water-1', 'water-2', 'water-3', 'water-4'] as const;
const colourNames = [...sourceColours, 'accent', 'bad', 'still'] as const;
const curveSteps = 16;

const colourName = (hue: Hue): (typeof colourNames)[number] => {
  if (hue === 'parked') return 'bad';
  return hue === 'out' ? 'accent' : (sourceColours[hue % sourceColours.length] ?? 'accent');
};

/** The water between the cells of the line: more of it where more flows, and a shut gate where a source is held. */
export const createWater = (canvas: HTMLCanvasElement, frame: HTMLElement, rows: readonly HTMLElement[]) => {
  let stretches: readonly (Channel & { readonly lane: Lane })[] = [];
  let status: LocalStatus | undefined;
  let colours = readColours(colourNames);

  const cellOf = (element: Element): Cell => {
    const origin = frame.getBoundingClientRect();
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left: left - origin.left, right: right - origin.left, top: top - origin.top, bottom: bottom - origin.top };
  };
  const layOut = (): void => {
    colours = readColours(colourNames);
    const channels = channelsBetween({
      rows: rows.map((row) => [...row.querySelectorAll('.cell')].map(cellOf)),
      outbox: cellOf(byId('station-outbox')),
      relay: cellOf(byId('station-relay')),
      push: cellOf(byId('station-push')),
      parked: cellOf(byId('below')),
    });
    stretches = channels.map((channel) => ({ ...channel, lane: emptyLane() }));
  };
  const surface = openSurface(canvas, layOut);
  const { context } = surface;

  const drawWay = ({ way }: Channel, width: number, colour: string): void => {
    context.beginPath();
    for (let n = 0; n <= curveSteps; n += 1) {
      const { x, y } = pointOn(way, n / curveSteps);
      if (n === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  };
  const drawDrops = ({ lane: { drops }, way }: Channel & { readonly lane: Lane }, radius: number): void => {
    context.beginPath();
    for (const { share } of drops) {
      const { x, y } = pointOn(way, Math.min(1, share));
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 7);
    }
    context.fill();
  };
  const drawStretch = (stretch: Channel & { readonly lane: Lane }, now: LocalStatus, seconds: number): void => {
    const perSecond = stretch.perSecond(now);
    const isShut = stretch.isShut(now);
    const colour = colours[perSecond > 0 ? colourName(stretch.hue) : 'still'];
    context.globalAlpha = perSecond > 0 ? 0.35 : 1;
    drawWay(stretch, thickness(perSecond), colour);
    context.globalAlpha = 1;
    // Behind a shut gate water stands.
    flow(stretch.lane, isShut ? 0 : perSecond, isShut ? 0 : seconds, lengthOf(stretch.way), pixelsPerSecond);
    context.fillStyle = colour;
    if (!wantsStillness()) drawDrops(stretch, 1.1 + thickness(perSecond) * 0.42);
    if (!isShut) return;
    context.fillStyle = colours.bad;
    context.fillRect(stretch.way.to.x - 6, stretch.way.to.y - 12, 3, 24);
  };

  return {
    layOut,
    show: (now: LocalStatus): void => {
      status = now;
    },
    /** @param seconds - since the frame before */
    draw: (seconds: number): void => {
      const { width, height } = surface.size();
      context.clearRect(0, 0, width, height);
      if (!status) return;
      for (const stretch of stretches) drawStretch(stretch, status, seconds);
    },
  };
};
