import { describe, expect, it } from 'vitest';
import { createPlayback } from '../../../console/page/pitch/playback.ts';
import { seededRandom } from '../../../feeds/simulation/random.ts';

const frameMs = 16;

/** Messages of every 200 ms, each late by what `late` says; looks at every frame. */
const play = (late: (n: number) => number, seconds: number) => {
  const playback = createPlayback();
  const messages = Array.from({ length: seconds * 5 }, (_, n) => ({ occurredAt: n * 200, at: n * 200 + late(n) }));
  const frames: { at: number; shown: number; newest: number }[] = [];
  let newest = -1;
  for (let at = 0; at < seconds * 1_000; at += frameMs) {
    for (let next = messages[0]; next && next.at <= at; next = messages[0]) {
      messages.shift();
      playback.saw(next.occurredAt, next.at);
      newest = Math.max(newest, next.occurredAt);
    }
    const shown = playback.at(at);
    if (shown !== undefined) frames.push({ at, shown, newest });
  }
  return frames;
};

describe('playback', () => {
  it('shows nothing before the first message', () => {
    expect(createPlayback().at(1_000)).toBeUndefined();
  });

  it('stays behind the newest message, and by little more than the gap between two', () => {
    const frames = play(() => 50, 10).slice(100);
    expect(Math.max(...frames.map(({ shown, newest }) => shown - newest))).toBeLessThanOrEqual(frameMs);
    expect(Math.max(...frames.map(({ at, shown }) => at - shown))).toBeLessThan(50 + 200 + 20);
  });

  it('seldom runs out of messages to move towards when they come as they like', () => {
    const random = seededRandom(3);
    const frames = play(() => 20 + random() * 120, 30).slice(300);
    const out = frames.filter(({ shown, newest }) => shown > newest + frameMs);
    expect(out.length / frames.length).toBeLessThan(0.01);
  });

  it('never runs backwards, and never at another pace than a tenth off', () => {
    const random = seededRandom(5);
    const frames = play(() => random() * 150, 20);
    frames.slice(1).forEach(({ at, shown }, n) => {
      const before = frames[n];
      if (!before) return;
      const pace = (shown - before.shown) / (at - before.at);
      expect(pace).toBeGreaterThanOrEqual(0.9 - 1e-9);
      expect(pace).toBeLessThanOrEqual(1.1 + 1e-9);
    });
  });

  it('jumps to now after an outage, forwards and at once', () => {
    const playback = createPlayback();
    for (let n = 0; n < 10; n += 1) {
      playback.saw(n * 200, n * 200 + 50);
      playback.at(n * 200 + 50);
    }
    const before = playback.at(1_900) ?? 0;
    // Thirty seconds of nothing, and then a message that is late by five, as of a relay that catches up.
    playback.saw(27_000, 32_000);
    expect(playback.at(32_000)).toBeGreaterThan(before + 20_000);
    playback.saw(32_100, 32_150);
    expect(32_150 - (playback.at(32_150) ?? 0)).toBeLessThan(400);
  });
});
