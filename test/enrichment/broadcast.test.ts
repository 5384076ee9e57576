import { describe, expect, it } from 'vitest';
import { enrichBroadcast } from '../../lambdas/enrichment/sources/broadcast.ts';
import type { Enrichment } from '../../lambdas/enrichment/event.ts';
import { decoded } from '../support/events.ts';
import { rejection } from '../support/rejection.ts';

const pass = {
  matchId: 'metrica-1',
  seq: 2,
  team: 'Away',
  type: 'PASS',
  subtype: null as string | null,
  period: 1,
  periodStartSeconds: null as number | null,
  startSeconds: 0.04,
  endSeconds: 0.12,
  fromPlayer: 'Player19' as string | null,
  toPlayer: 'Player21' as string | null,
  startX: 0.45 as number | null,
  startY: 0.5 as number | null,
  endX: 0.55 as number | null,
  endY: 0.5 as number | null,
};
type Fields = Partial<Record<keyof typeof pass, unknown>>;
const enrich = (fields: Fields = {}): Enrichment =>
  enrichBroadcast(decoded('broadcast-event', { ...pass, ...fields }, { source: 'broadcast' }));
const bodyOf = (fields: Fields) => enrich(fields).body;
const noPlaces = { startX: null, startY: null, endX: null, endY: null };

describe('a broadcast event', () => {
  it.each([
    ['PASS', null, 'pass'],
    ['PASS', 'GOAL KICK', 'pass'],
    ['PASS', 'THROUGH BALL-DEEP BALL', 'pass'],
    ['SHOT', 'OFF TARGET-OUT', 'shot'],
    ['SHOT', 'HEAD-ON TARGET-GOAL', 'goal'],
    ['SHOT', 'ON TARGET-GOAL', 'goal'],
    ['BALL OUT', 'WOODWORK-GOAL', 'own-goal'],
    ['BALL OUT', 'GOAL KICK', 'out'],
    ['BALL LOST', 'GOAL KICK-INTERCEPTION', 'loss'],
    ['CARD', 'YELLOW', 'card'],
    ['RECOVERY', 'INTERCEPTION', 'recovery'],
    ['CHALLENGE', 'TACKLE-FAULT-WON', 'challenge'],
    ['FAULT RECEIVED', null, 'foul'],
    ['SET PIECE', 'KICK OFF', 'kick-off'],
    ['SET PIECE', 'FREE KICK', 'free-kick'],
    ['SET PIECE', 'CORNER KICK', 'corner'],
    ['SET PIECE', 'THROW IN', 'throw-in'],
    ['SET PIECE', 'PENALTY', 'penalty'],
    ['SET PIECE', 'DROP BALL', 'set-piece'],
    ['SET PIECE', null, 'set-piece'],
    [' pass ', null, 'pass'],
    ['STREAKER', 'NORTH STAND', 'other'],
  ])('of type %s, subtype %s, is a %s', (type, subtype, normalised) => {
    expect(bodyOf({ type, subtype })).toMatchObject({ type: normalised, originalType: type, subtype });
  });

  it.each([
    ['SHOT', 'ON TARGET-GOAL', 'critical'],
    ['BALL OUT', 'WOODWORK-GOAL', 'critical'],
    ['CARD', 'YELLOW', 'critical'],
    ['PASS', null, undefined],
    ['SHOT', 'ON TARGET-SAVED', undefined],
  ])('%s %s has the priority %s, or else its producer’s', (type, subtype, priority) => {
    expect(enrich({ type, subtype }).priority).toBe(priority);
  });

  it('is counted by team and type, and delivered by itself to its match', () => {
    const { entity, measures, message } = enrich({ type: 'SHOT', subtype: 'ON TARGET-GOAL', team: 'Home' });
    expect(entity).toBe('metrica-1');
    expect(measures).toEqual([{ series: 'broadcast.count:metrica-1/Home/goal', value: 1, weight: 1 }]);
    expect(message).toEqual({ channel: 'match/events/metrica-1', delivery: 'each', expiresAfterSeconds: 43_200 });
  });

  it('is counted apart from one of another match and team, wherever their names have their slashes', () => {
    const seriesOf = (matchId: string, team: string) => enrich({ matchId, team }).measures[0]?.series;
    expect(seriesOf('a/b', 'c')).toBe('broadcast.count:a%2Fb/c/pass');
    expect(seriesOf('a', 'b/c')).toBe('broadcast.count:a/b%2Fc/pass');
  });

  it('has the clock of its period', () => {
    expect(bodyOf({ period: 1, startSeconds: 31.5 })).toMatchObject({ period: 1, clockSeconds: 31.5 });
    expect(bodyOf({ period: 2, periodStartSeconds: 2885.4, startSeconds: 2900, endSeconds: 2901 })).toMatchObject({
      period: 2,
      clockSeconds: 2900 - 2885.4,
      startSeconds: 2900,
      durationSeconds: 1,
    });
  });

  it('has no clock in a later period that nobody said began', () => {
    expect(bodyOf({ period: 2, startSeconds: 2900, endSeconds: 2901 })['clockSeconds']).toBeNull();
  });

  it('may end before it starts, as the recorded kick-off does: it takes no time', () => {
    expect(bodyOf({ startSeconds: 0.04, endSeconds: 0 })['durationSeconds']).toBe(0);
  });

  it('is told in metres, also just outside the pitch', () => {
    expect(bodyOf({ startX: 1, startY: 1, endX: 1.06, endY: -0.04 })).toMatchObject({
      start: { x: 105, y: 68 },
      end: { x: 1.06 * 105, y: -0.04 * 68 },
    });
  });

  it('knows how long a pass was and where it went', () => {
    const { passLength, passDirection } = bodyOf({ endX: 0.55, endY: 0.5 });
    expect(passLength).toBeCloseTo(10.5, 9);
    expect(passDirection).toBeCloseTo(0, 9);
    expect(bodyOf({ endX: 0.45, endY: 0.4 })['passDirection']).toBeCloseTo(270, 9);
  });

  it('may have no coordinates: it then has no places, and no pass', () => {
    const none = { passLength: null, passDirection: null };
    expect(bodyOf({ ...noPlaces, type: 'CARD', subtype: 'RED' })).toMatchObject({ start: null, end: null, ...none });
    expect(bodyOf(noPlaces)).toMatchObject({ type: 'pass', start: null, end: null, ...none });
    expect(bodyOf({ endX: null, endY: null })).toMatchObject({ end: null, ...none });
    expect(bodyOf({ type: 'SHOT' })).toMatchObject(none);
  });

  it.each([
    ['PASS', null, 'Away'],
    ['RECOVERY', 'THEFT', 'Away'],
    ['SET PIECE', 'CORNER KICK', 'Away'],
    ['FAULT RECEIVED', null, 'Away'],
    ['CHALLENGE', 'TACKLE-WON', 'Away'],
    ['CHALLENGE', 'TACKLE-LOST', null],
    ['CHALLENGE', 'GROUND', null],
    ['BALL LOST', 'THEFT', null],
    ['BALL OUT', null, null],
    ['SHOT', 'ON TARGET-GOAL', null],
    ['SHOT', 'ON TARGET-SAVED', null],
    ['SHOT', 'OFF TARGET-OUT', null],
    ['CARD', 'YELLOW', null],
  ])('after a %s %s the ball is with %s', (type, subtype, possession) => {
    expect(bodyOf({ type, subtype })['possession']).toBe(possession);
  });

  it.each([
    ['matchId', { matchId: '' }],
    ['team', { team: '' }],
    ['type', { type: '' }],
    ['subtype', { subtype: '' }],
    ['period', { period: 0 }],
    ['seq', { seq: -1 }],
    ['startSeconds', { startSeconds: -1 }],
    ['endSeconds', { endSeconds: Number.NaN }],
    ['periodStartSeconds', { periodStartSeconds: 10, startSeconds: 9 }],
    ['startX', { startX: Number.NEGATIVE_INFINITY }],
    ['endY', { endY: 3 }],
    ['fromPlayer', { fromPlayer: '' }],
  ])('breaks a rule in %s with %o', (field, fields) => {
    expect(rejection(() => enrich(fields)).details).toEqual({ field });
  });
});
