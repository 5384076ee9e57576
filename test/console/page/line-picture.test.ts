import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelsBetween, type Places } from '../../../console/page/line/channels.ts';
import { dropsPerSecond, emptyLane, flow, thickness } from '../../../console/page/line/flow.ts';
import { pointOn, wayBetween, type Cell } from '../../../console/page/line/layout.ts';
import { simulatedStatus } from './support/simulated-status.ts';

const cell = (left: number, top: number, wide = 80, high = 40): Cell => ({
  left,
  right: left + wide,
  top,
  bottom: top + high,
});
const row = (top: number): readonly Cell[] => [0, 120, 240, 360].map((left) => cell(left, top));
const beside: Places = {
  rows: [row(0), row(46)],
  outbox: cell(480, 0, 80, 86),
  relay: cell(600, 0, 80, 86),
  push: cell(720, 0, 80, 86),
  parked: cell(0, 120, 800),
};
const below: Places = {
  ...beside,
  outbox: cell(0, 120),
  relay: cell(120, 120),
  push: cell(240, 120),
  parked: cell(0, 200, 440),
};

describe('water', () => {
  it('is more for more, seen for a trickle, and bounded for a flood', () => {
    expect(dropsPerSecond(0)).toBe(0);
    expect(dropsPerSecond(0.2)).toBeGreaterThan(0.5);
    expect(dropsPerSecond(500)).toBeGreaterThan(dropsPerSecond(50));
    expect(dropsPerSecond(1e9)).toBe(14);
    expect(thickness(1e9)).toBe(5);
  });

  it('flows on with time, and leaves at the end', () => {
    const lane = emptyLane();
    for (let n = 0; n < 60; n += 1) flow(lane, 100, 1 / 60, 90, 90);
    const { drops } = lane;
    expect(drops.length).toBeGreaterThan(3);
    expect(drops.map(({ share }) => share)).toEqual(drops.map(({ share }) => share).toSorted((a, b) => b - a));
    for (let n = 0; n < 120; n += 1) flow(lane, 0, 1 / 60, 90, 90);
    expect(lane.drops).toEqual([]);
  });

  it('does not make up for a tab that was hidden, however long', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3_600, noNaN: true }), { maxLength: 50 }), (steps) => {
        const lane = emptyLane();
        for (const step of steps) flow(lane, 1e6, step, 1e6, 1);
        expect(lane.drops.length).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('a way', () => {
  it('goes through the gap to the right, and ends where it should', () => {
    const way = wayBetween(cell(0, 0), cell(120, 100), 0.25);
    expect([pointOn(way, 0), pointOn(way, 1)]).toEqual([
      { x: 80, y: 20 },
      { x: 120, y: 110 },
    ]);
  });

  it('goes down where the next cell lies below, and ends within it', () => {
    const way = wayBetween(cell(360, 0), cell(0, 100));
    expect(way.isUpright).toBe(true);
    expect(pointOn(way, 1)).toEqual({ x: 72, y: 100 });
  });
});

describe('the stretches of the line', () => {
  const status = simulatedStatus(Date.now());

  it('are four for each source, one to what is parked, and two on the way out', () => {
    const channels = channelsBetween(beside);
    expect(channels.map(({ hue }) => hue)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 'parked', 'out', 'out']);
  });

  it('carry what the status says', () => {
    const [, toEnrichment] = channelsBetween(beside);
    const parked = channelsBetween(beside).find(({ hue }) => hue === 'parked');
    expect(toEnrichment?.perSecond(status)).toBe(status.sources[0]?.arrivingPerSecond);
    expect(parked?.perSecond(status)).toBeCloseTo(status.sources.reduce((sum, one) => sum + one.rejectedPerSecond, 0));
  });

  it('have a gate before enrichment, shut for the source that is held and no other', () => {
    const hold = { cause: 'outage', why: 'the store', since: '' };
    const held = { ...status, sources: status.sources.map((one, n) => (n === 1 ? { ...one, hold } : one)) };
    const shut = channelsBetween(beside).flatMap(({ isShut }, n) => (isShut(held) ? [n] : []));
    expect(shut).toEqual([5]);
    expect(channelsBetween(beside).some(({ isShut }) => isShut(status))).toBe(false);
  });

  it('leave together from the last source where the rest lies below, and cross nothing', () => {
    const out = channelsBetween(below).filter(({ hue }) => hue === 'out');
    expect(out).toHaveLength(3);
    expect(out[0]?.way.from).toEqual({ x: 400, y: 86 });
    expect(channelsBetween(below).some(({ hue }) => hue === 'parked')).toBe(false);
  });
});
