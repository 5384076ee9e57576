import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeAt, withSample, type Sample, type Track } from '../../../console/page/pitch/track.ts';

const sample = (at: number, x: number, vx = 0): Sample => ({ at, x, y: 10, z: 0, vx, vy: 0 });
const track = (...samples: readonly Sample[]): Track =>
  samples.reduce((all, one) => withSample(all, one), { samples: [] } as Track);

describe('a track', () => {
  it('passes through its samples', () => {
    const one = track(sample(0, 5, 1), sample(200, 6, 4), sample(400, 8, 2));
    expect([0, 200, 400].map((at) => placeAt(one, at)?.x)).toEqual([5, 6, 8]);
  });

  it('goes straight between two samples of one speed', () => {
    const one = track(sample(0, 0, 5), sample(200, 1, 5));
    expect(placeAt(one, 50)?.x).toBeCloseTo(0.25);
    expect(placeAt(one, 100)?.x).toBeCloseTo(0.5);
  });

  it('has no corner at a sample: it arrives and leaves at the speed that was measured', () => {
    const one = track(sample(0, 0, 0), sample(200, 1, 6), sample(400, 1.5, 0));
    const speed = (from: number): number => ((placeAt(one, from + 1)?.x ?? 0) - (placeAt(one, from)?.x ?? 0)) * 1_000;
    expect(speed(199)).toBeCloseTo(6, 0);
    expect(speed(200)).toBeCloseTo(6, 0);
  });

  it('goes on a little past its last sample, and then stands', () => {
    const one = track(sample(0, 0, 5), sample(200, 1, 5));
    expect(placeAt(one, 300)?.x).toBeCloseTo(1.5);
    expect(placeAt(one, 350)).toEqual(placeAt(one, 60_000));
  });

  it('does not glide over an outage: it jumps to where things are now', () => {
    const one = track(sample(0, 0, 5), sample(30_000, 90, 5));
    expect(placeAt(one, 29_999)?.x).toBe(0);
    expect(placeAt(one, 30_000)?.x).toBe(90);
  });

  it('is nowhere before its first sample', () => {
    expect(placeAt(track(sample(100, 5)), 99)).toBeUndefined();
    expect(placeAt({ samples: [] }, 0)).toBeUndefined();
  });

  it('takes a late sample, and the same one again, for what they are', () => {
    const one = track(sample(200, 1));
    expect(withSample(one, sample(200, 2)).samples).toEqual(one.samples);
    expect(withSample(one, sample(100, 2)).samples).toEqual(one.samples);
  });

  it('keeps a bounded number of samples, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 100 }), (times) => {
        const { samples } = track(...times.map((at) => sample(at, 0)));
        expect(samples.length).toBeLessThanOrEqual(12);
        expect(samples.map(({ at }) => at)).toEqual(
          [...new Set(samples.map(({ at }) => at))].toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
