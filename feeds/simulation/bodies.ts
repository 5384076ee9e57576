import type { Random } from './random.ts';

/** A place in metres, on the pitch or beside it. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const pitchMetres = { length: 105, width: 68 } as const;

/** A player on the pitch; metres, and metres a second. */
export interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
  /** Where the player belongs while the ball is in the middle. */
  readonly home: Spot;
  /** What the player does beside that, and for how long still, in seconds. */
  errand: { readonly to: Spot; readonly sprint: boolean; seconds: number };
}

const jog = 4.5;
/** Nobody is faster. */
export const topSpeed = 9;
const acceleration = 4;
/** Longer steps would jump over their aim. Seconds. */
const longestStep = 0.1;
/** So far outside the lines a player goes to fetch a ball. */
const beside = 2;
const sprintShare = 0.06;

const between = (random: Random, least: number, most: number): number => least + random() * (most - least);

const nearPitch = ({ x, y }: Spot): Spot => ({
  x: Math.min(Math.max(x, -beside), pitchMetres.length + beside),
  y: Math.min(Math.max(y, -beside), pitchMetres.width + beside),
});

export const bodyAt = (home: Spot): Body => ({
  ...home,
  vx: 0,
  vy: 0,
  home,
  errand: { to: home, sprint: false, seconds: 0 },
});

/** Everybody moves with the ball, the more the nearer; and each has something of their own to do. */
const nextErrand = (random: Random, { home }: Body, ball: Spot): Body['errand'] => {
  const sprint = random() < sprintShare;
  const drawn = { x: home.x + (ball.x - pitchMetres.length / 2) * 0.35, y: home.y + (ball.y - home.y) * 0.25 };
  const far = sprint ? 25 : 8;
  const to = nearPitch({ x: drawn.x + between(random, -far, far), y: drawn.y + between(random, -far, far) });
  return { to, sprint, seconds: sprint ? between(random, 2, 4) : between(random, 2, 6) };
};

const step = (body: Body, seconds: number): void => {
  const { to, sprint } = body.errand;
  const way = { x: to.x - body.x, y: to.y - body.y };
  const distance = Math.hypot(way.x, way.y);
  // Slower when nearly there.
  const speed = Math.min(sprint ? topSpeed : jog, distance);
  const wanted = distance === 0 ? { x: 0, y: 0 } : { x: (way.x / distance) * speed, y: (way.y / distance) * speed };
  const change = { x: wanted.x - body.vx, y: wanted.y - body.vy };
  const share = Math.min(1, (acceleration * seconds) / (Math.hypot(change.x, change.y) || 1));
  body.vx += change.x * share;
  body.vy += change.y * share;
  body.x += body.vx * seconds;
  body.y += body.vy * seconds;
};

/** Moves a player on for so long, which may be a minute. */
export const moveBody = (random: Random, body: Body, ball: Spot, seconds: number): void => {
  const steps = Math.ceil(seconds / longestStep);
  const each = seconds / steps;
  for (let n = 0; n < steps; n += 1) {
    body.errand.seconds -= each;
    if (body.errand.seconds <= 0) body.errand = nextErrand(random, body, ball);
    step(body, each);
  }
};
