/** Where something was, metres; `at` is event time in milliseconds, `vx` and `vy` metres a second. */
export interface Sample {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly vx: number;
  readonly vy: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Longer apart than this, two samples are not joined: what comes back after an outage jumps to now. */
const longestJoinMs = 1_000;
/** Past its last sample a thing goes on for so long, and then stands. */
const longestGuessMs = 150;
/** Two seconds at five a second: for what is drawn and for the trail behind it. */
const kept = 12;

/** What is known of one thing on the pitch. */
export interface Track {
  readonly samples: readonly Sample[];
}

/** A new track with a sample more; one that is no newer than what there is changes nothing. */
export const withSample = ({ samples }: Track, sample: Sample): Track => {
  const last = samples.at(-1);
  if (last && sample.at <= last.at) return { samples };
  return { samples: [...samples.slice(-(kept - 1)), sample] };
};

/** Between two samples: a curve that leaves the one and reaches the other at their speeds (cubic Hermite). */
const between = (a: Sample, b: Sample, at: number): Place => {
  const seconds = (b.at - a.at) / 1_000;
  const t = (at - a.at) / (b.at - a.at);
  const t2 = t * t;
  const t3 = t2 * t;
  const curve = (from: number, leaving: number, to: number, reaching: number): number =>
    (2 * t3 - 3 * t2 + 1) * from +
    (t3 - 2 * t2 + t) * leaving * seconds +
    (3 * t2 - 2 * t3) * to +
    (t3 - t2) * reaching * seconds;
  return { x: curve(a.x, a.vx, b.x, b.vx), y: curve(a.y, a.vy, b.y, b.vy), z: a.z + (b.z - a.z) * t };
};

/** Where it is to be drawn. @param at - event time, milliseconds. @returns undefined before its first sample */
export const placeAt = ({ samples }: Track, at: number): Place | undefined => {
  const last = samples.at(-1);
  const [first] = samples;
  if (!last || !first || at < first.at) return undefined;
  if (at >= last.at) {
    const seconds = Math.min(at - last.at, longestGuessMs) / 1_000;
    return { x: last.x + last.vx * seconds, y: last.y + last.vy * seconds, z: last.z };
  }
  const next = samples.findIndex((sample) => sample.at > at);
  const [a, b] = [samples[next - 1] ?? first, samples[next] ?? last];
  return b.at - a.at > longestJoinMs ? a : between(a, b, at);
};
