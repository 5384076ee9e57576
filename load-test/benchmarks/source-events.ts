import type { OutgoingEvent } from '../../lambdas/shared/serde/encoder.ts';

/** What a benchmark sends of one source: the n-th event of a lane, always the same. */
export interface BenchSource {
  readonly source: string;
  readonly subject: string;
  /** Of a hundred events of the whole platform. */
  readonly share: number;
  readonly event: (lane: string, n: number) => OutgoingEvent;
}

const start = Date.UTC(2026, 10, 21, 8) * 1000;
const headerOf = (source: string, lane: string, n: number, sourceEventId: string): OutgoingEvent['header'] => ({
  source,
  sourceEventId,
  // Two milliseconds apart.
  occurredAt: start + n * 2_000,
  correlationId: `c-${lane}-${n}`,
});
const rounded = (value: number): number => Math.round(value * 100_000) / 100_000;

const symbolsPerLane = 5;

/** Five symbols a lane: what one of four shards carries of twenty. */
const quote = (lane: string, n: number): OutgoingEvent => {
  const symbol = `L${lane}S${n % symbolsPerLane}/USD`;
  const bid = rounded(1 + ((n * 7919) % 10_000) / 100_000);
  return {
    header: headerOf('market', lane, n, `quote/${symbol}/${n}/${bid}`),
    symbol,
    bid,
    ask: rounded(bid + 0.00012),
    volume: 0,
  };
};

const playersPerMatch = 23;

/** Everybody of one match a lane. */
const position = (lane: string, n: number): OutgoingEvent => {
  const frame = Math.floor(n / playersPerMatch);
  const player = n % playersPerMatch;
  const angle = frame / 100 + player;
  return {
    header: headerOf('stadium-sensors', lane, n, `m${lane}/${frame}/${player}`),
    matchId: `m${lane}`,
    frame,
    object: player === 0 ? 'ball' : 'player',
    player: String(player),
    shirt: player === 0 ? null : player,
    team: player === 0 ? null : player % 2 === 0 ? 'home' : 'away',
    x: 50 + 40 * Math.cos(angle),
    y: 50 + 40 * Math.sin(angle),
    z: player === 0 ? 0.11 : null,
    dx: -0.4 * Math.sin(angle),
    dy: 0.4 * Math.cos(angle),
  };
};

const kinds = [
  ['PASS', null],
  ['PASS', 'HEAD'],
  ['RECOVERY', 'INTERCEPTION'],
  ['BALL LOST', 'THEFT'],
  ['CHALLENGE', 'TACKLE-WON'],
  ['SET PIECE', 'THROW IN'],
  ['SHOT', 'ON TARGET-SAVED'],
] as const;

const onBall = (lane: string, n: number): OutgoingEvent => {
  const [type, subtype] = kinds[n % kinds.length] ?? ['PASS', null];
  return {
    header: headerOf('broadcast', lane, n, `m${lane}/${n}`),
    matchId: `m${lane}`,
    seq: n,
    team: n % 3 === 0 ? 'Away' : 'Home',
    type,
    subtype,
    period: 1,
    startSeconds: n / 500,
    endSeconds: n / 500 + 1,
    fromPlayer: `Player${n % 22}`,
    toPlayer: null,
    startX: (n % 100) / 100,
    startY: (n % 37) / 37,
    endX: (n % 53) / 53,
    endY: (n % 71) / 71,
  };
};

const sayings = [
  'RT @user: What a game by the whole team last night, on to the next round https://t.co/zlobReLW3s',
  '@user @user That was the best defensive effort of the season! #MarchMadness',
  'Four minutes left and it is all tied up. Who has got the ball? \u{1F3C0}',
  'Esto es una gran victoria para el equipo https://t.co/CU2UYdr4mAr',
  'RT @user: Elite Eight matchup‼️ #MarchMadness https://t.co/pINTBXgUwW',
  'lol',
] as const;

const post = (lane: string, n: number): OutgoingEvent => ({
  header: headerOf('social', lane, n, `p${lane}-${n}`),
  postId: `p${lane}-${n}`,
  team: `team${lane}-${n % symbolsPerLane}`,
  text: sayings[n % sayings.length] ?? '',
  retweets: n % 300,
});

export const benchSources: readonly BenchSource[] = [
  { source: 'market', subject: 'market-quote', share: 12, event: quote },
  { source: 'stadium-sensors', subject: 'sensor-position', share: 80, event: position },
  { source: 'broadcast', subject: 'broadcast-event', share: 2, event: onBall },
  { source: 'social', subject: 'social-post', share: 6, event: post },
];

export const benchSource = (name: string): BenchSource => {
  const found = benchSources.find(({ source }) => source === name);
  if (!found) throw new Error(`the benchmark has no events of ${name}`);
  return found;
};
