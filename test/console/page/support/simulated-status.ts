import type { LocalStatus, SourceStatus, TakenAccount } from '../../../../console/page/status.ts';

const base: readonly (readonly [string, number, number])[] = [
  ['stadium-sensors', 460, 18],
  ['broadcast', 1.2, 14],
  ['social', 2.4, 31],
  ['market', 26, 12],
];

const startedAt = Date.now();
const wobble = (value: number, n: number): number =>
  Math.max(0, value * (1 + 0.12 * Math.sin(n / 3) + 0.06 * Math.sin(n * 1.7)));

const sourceAt = ([source, perSecond, lagMs]: readonly [string, number, number], at: number): SourceStatus => {
  const second = Math.floor(at / 1_000);
  const ran = (at - startedAt) / 1_000;
  return {
    source,
    arrivingPerSecond: wobble(perSecond, second),
    storedPerSecond: wobble(perSecond * 0.98, second),
    duplicatesPerSecond: perSecond * 0.01,
    rejectedPerSecond: perSecond * 0.01,
    stored: Math.round(perSecond * ran),
    rejected: Math.round(perSecond * ran * 0.01),
    lagMs: Math.round(wobble(lagMs, second)),
    history: Array.from({ length: 60 }, (_, n) => wobble(perSecond, second - 59 + n)),
    hold: null,
  };
};

/** A line that runs well. */
export const simulatedStatus = (at: number): LocalStatus => ({
  at,
  startedAt: startedAt - 75_000,
  eventsHost: 'events.local',
  sources: base.map((one) => sourceAt(one, at)),
  relay: {
    publishedPerSecond: wobble(28, Math.floor(at / 1_000)),
    supersededPerSecond: 345,
    failedPerSecond: 0,
    published: 2_100,
    expired: 0,
    tombstones: 0,
    republished: 0,
    unsent: 0,
    oldestUnsentMs: 0,
    history: Array.from({ length: 60 }, (_, n) => wobble(28, Math.floor(at / 1_000) - 59 + n)),
  },
  account: { taking: false, last: null, error: null },
});

/** An account that balances. */
export const simulatedAccount = (until: number): TakenAccount => ({
  until,
  tookMs: 812,
  balances: true,
  deliveries: { pushed: 2_100, neverPushed: 0, repeats: 0, differing: 0, missing: 0 },
  sources: base.map(([source, perSecond]) => ({
    source,
    records: Math.round(perSecond * 100),
    stored: Math.round(perSecond * 98),
    duplicate: Math.round(perSecond),
    deadLetter: Math.round(perSecond),
    held: 0,
    lost: 0,
    phantom: 0,
  })),
});
