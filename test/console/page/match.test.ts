import { describe, expect, it } from 'vitest';
import { isNews, type Message, type PushedEvent } from '../../../console/page/messages.ts';
import { describePitch } from '../../../console/page/pitch/describe.ts';
import { readHappening } from '../../../console/page/pitch/happenings.ts';
import { afterPositions, type Match } from '../../../console/page/pitch/match.ts';
import { afterHappening, sayScore, withGap, type Score } from '../../../console/page/pitch/score.ts';

const at = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();
const event = (body: Record<string, unknown>, ms = 0, priority = 'normal'): PushedEvent => ({
  entity: 'm/7',
  sourceEventId: `e-${ms}`,
  occurredAt: at(ms),
  arrivedAt: at(ms),
  priority,
  body,
});
const message = (channel: string, ...events: readonly PushedEvent[]): Message => ({ channel, number: 1, events });
const player = (id: string, fields: Record<string, unknown> = {}, ms = 0): PushedEvent =>
  event(
    { player: id, object: 'player', team: 'home', shirt: 10, x: 50, y: 30, speed: 0, heading: null, ...fields },
    ms,
  );
const ball = (x: number, y: number): PushedEvent => event({ player: '0', object: 'ball', team: null, x, y, z: 0.1 });
const moved = (match: Match | undefined, ...events: readonly PushedEvent[]): Match | undefined =>
  afterPositions(match, message('match/positions/m', ...events));

describe('the picture of a match', () => {
  it('moves whoever a message names, and leaves the others where they are', () => {
    const first = moved(undefined, player('7'), player('8'));
    const next = moved(first, player('7', { x: 51 }, 200));
    expect(next?.movers.get('7')?.track.samples.map(({ x }) => x)).toEqual([50, 51]);
    expect(next?.movers.get('8')).toBe(first?.movers.get('8'));
    expect(next?.newestAt).toBe(1_700_000_000_200);
  });

  it('writes the shirt on a player, or the sensor’s number where nobody told it', () => {
    const match = moved(undefined, player('7'), player('8', { shirt: null }));
    expect([...(match?.movers.values() ?? [])].map(({ label }) => label)).toEqual(['10', '8']);
  });

  it('knows the way a player goes from speed and heading', () => {
    const [sample] = moved(undefined, player('7', { speed: 4, heading: 90 }))?.movers.get('7')?.track.samples ?? [];
    expect(sample?.vx).toBeCloseTo(0);
    expect(sample?.vy).toBeCloseTo(4);
  });

  it('leaves out what is no position', () => {
    expect(moved(undefined, event({ player: '7', x: 'far', y: 1 }), event({}))).toBeUndefined();
  });

  it('goes over to a match that is newer, and not back', () => {
    const old = moved(undefined, player('7'));
    const next = afterPositions(old, message('match/positions/n', player('3', {}, 5_000)));
    expect([next?.id, next?.movers.size]).toEqual(['n', 1]);
    expect(moved(next, player('7', {}, 100))).toBe(next);
  });

  it('has words', () => {
    const match = moved(undefined, player('7', { x: 20, y: 10, sprint: true }), player('8', { x: 90 }), ball(21, 11));
    expect(describePitch([...(match?.movers.values() ?? [])], match?.newestAt ?? 0)).toBe(
      '2 players. The ball is in the left third, on the upper flank, nearest to home 10. Sprinting: home 10.',
    );
    expect(describePitch([], 0)).toBe('Nobody on the pitch yet.');
  });
});

describe('what happened', () => {
  it('is said in a few words', () => {
    const body = {
      type: 'pass',
      team: 'Mill Town',
      period: 2,
      clockSeconds: 65,
      fromPlayer: 'Player4',
      toPlayer: 'Player10',
      passLength: 21.6,
    };
    expect(readHappening(event(body))).toMatchObject({
      words: 'Pass #4 → #10, 22 m',
      at: '2·01:05',
      isCritical: false,
    });
    const goal = { type: 'goal', team: 'Mill Town', period: 1, clockSeconds: 5, fromPlayer: 'Player9' };
    expect(readHappening(event(goal, 0, 'critical'))).toMatchObject({ words: 'Goal by #9', isCritical: true });
    expect(readHappening(event({ type: 'pass' }))).toBeUndefined();
  });

  it('names players by their shirts, as the picture does, and by their sensors where nobody knows the shirt', () => {
    const body = { type: 'pass', team: 'Weir United', fromPlayer: 'Player22', toPlayer: 'Player14' };
    const shirtOf = (sensor: string): string | undefined => (sensor === '22' ? '11' : undefined);
    expect(readHappening(event(body), shirtOf)?.words).toBe('Pass #11 → #14');
  });

  it('is news to a page that was open when it arrived, and not to one that was opened later', () => {
    const told = event({ type: 'goal' });
    const arrivedAt = Date.parse(told.arrivedAt);
    expect([isNews(told, arrivedAt), isNews(told, arrivedAt + 1)]).toEqual([true, false]);
  });
});

describe('the score', () => {
  const sides = new Map([
    ['A', 'away'],
    ['B', 'home'],
  ] as const);
  const told = (score: Score | undefined, type: string, team: string): Score =>
    afterHappening(score, message('match/events/m', event({ type, team, clockSeconds: 9, period: 1 })));
  const played = (...happened: readonly (readonly [string, string])[]): Score | undefined =>
    happened.reduce<Score | undefined>((score, [type, team]) => told(score, type, team), undefined);

  it('counts goals, and own goals for the others', () => {
    const score = played(['pass', 'A'], ['goal', 'B'], ['own-goal', 'A'], ['goal', 'A']);
    expect(score && Object.fromEntries(score.goals)).toEqual({ A: 1, B: 2 });
  });

  it('takes a third team for a mistake', () => {
    expect([...(played(['pass', 'A'], ['pass', 'B'], ['goal', 'C'])?.goals.keys() ?? [])]).toEqual(['A', 'B']);
  });

  it('is told home first, whoever was heard of first', () => {
    const [both, one, other] = [played(['goal', 'A'], ['pass', 'B']), played(['goal', 'A']), played(['goal', 'B'])];
    expect([both, one, other].map((score) => score && sayScore(score, sides))).toEqual([
      'B 0 – 1 A · 1st 00:09',
      'Home 0 – 1 A · 1st 00:09',
      'B 1 – 0 Away · 1st 00:09',
    ]);
  });

  it('begins anew with another match, and says when goals may be missing', () => {
    const score = withGap(played(['goal', 'A']));
    expect(score?.isPartial).toBe(true);
    const other = afterHappening(score, message('match/events/n', event({ type: 'pass', team: 'B' })));
    expect([other.isPartial, Object.fromEntries(other.goals)]).toEqual([false, { B: 0 }]);
  });
});
