import { describe, expect, it } from 'vitest';
import { enrichPosition } from '../../lambdas/enrichment/sources/stadium-sensors.ts';
import type { Enrichment } from '../../lambdas/enrichment/event.ts';
import { decoded } from '../support/events.ts';
import { rejection } from '../support/rejection.ts';

const player = {
  matchId: 'liv-che',
  frame: 7,
  object: 'player',
  player: '12',
  shirt: 10,
  team: 'attack',
  x: 50,
  y: 25,
  z: null,
  dx: 0,
  dy: 0,
  frameMs: 50,
};
const enrich = (fields: Partial<Record<keyof typeof player, unknown>> = {}): Enrichment =>
  enrichPosition(decoded('sensor-position', { ...player, ...fields }, { source: 'stadium-sensors' }));
const bodyOf = (fields: Partial<Record<keyof typeof player, unknown>>) => enrich(fields).body;

describe('a position', () => {
  it('is told in metres on a pitch of 105 by 68', () => {
    expect(bodyOf({ x: 100, y: 100 })).toMatchObject({ x: 105, y: 68 });
    expect(bodyOf({ x: 50, y: 25 })).toMatchObject({ x: 52.5, y: 17 });
  });

  it('is kept where it is just outside the pitch', () => {
    const { x, zone } = bodyOf({ x: -0.68, y: 101 });
    expect(x).toBeCloseTo(-0.714, 9);
    expect(zone).toBe('1-3');
  });

  it.each([
    [0, 0, '1-1'],
    [16.6, 33.3, '1-1'],
    [16.7, 33.4, '2-2'],
    [50, 50, '4-2'],
    [99.9, 99.9, '6-3'],
    [100, 100, '6-3'],
    [120, -20, '6-1'],
  ])('at %d %% along and %d %% across is in zone %s', (x, y, zone) => {
    expect(bodyOf({ x, y })).toMatchObject({ zone });
  });

  it('has its speed in m/s from the step since the frame before, whatever the frame rate', () => {
    // 1 % of 105 m in 50 ms.
    expect(bodyOf({ dx: 1 })['speed']).toBeCloseTo(21, 9);
    expect(bodyOf({ dx: 1, frameMs: 100 })['speed']).toBeCloseTo(10.5, 9);
    expect(bodyOf({ dx: 0.3, dy: -0.4 })['speed']).toBeCloseTo(Math.hypot(0.315, 0.272) * 20, 9);
  });

  it.each([
    [1, 0, 0],
    [0, 1, 90],
    [-1, 0, 180],
    [0, -1, 270],
    [1, 105 / 68, 45],
    [1, -1e-18, 0],
  ])('that went %d %% along and %d %% across heads to %d degrees', (dx, dy, heading) => {
    expect(bodyOf({ dx, dy })['heading']).toBeCloseTo(heading, 9);
  });

  it('has no heading where nothing moves but the last digits', () => {
    expect(bodyOf({ dx: -1.4e-14, dy: 7e-15 })).toMatchObject({ heading: null, sprint: false });
    expect(bodyOf({})).toMatchObject({ speed: 0, heading: null });
  });

  it('is a sprint above 7 m/s, and not at it', () => {
    const at7 = (7 * 0.05 * 100) / 105;
    expect(bodyOf({ dx: at7 * 0.999999 })['sprint']).toBe(false);
    expect(bodyOf({ dx: at7 * 1.000001 })['sprint']).toBe(true);
  });

  it('counts in the speed of its player, and is delivered as the latest of its match', () => {
    const { entity, measures, message, body } = enrich({ dx: 1 });
    expect(entity).toBe('liv-che/12');
    expect(measures).toEqual([{ series: 'stadium-sensors.speed:liv-che/12', value: body['speed'], weight: 1 }]);
    expect(message).toEqual({
      channel: 'match/positions/liv-che',
      delivery: 'latest',
      perSecond: 5,
      expiresAfterSeconds: 300,
    });
  });

  it('is of one player of one match, wherever their names have their slashes', () => {
    const namesOf = (matchId: string, player: string) => {
      const { entity, measures } = enrich({ matchId, player });
      return [entity, measures[0]?.series];
    };
    expect(namesOf('a/b', 'c')).toEqual(['a%2Fb/c', 'stadium-sensors.speed:a%2Fb/c']);
    expect(namesOf('a', 'b/c')).toEqual(['a/b%2Fc', 'stadium-sensors.speed:a/b%2Fc']);
  });

  it('may be of a player with no number and no team', () => {
    expect(bodyOf({ shirt: null, team: null })).toMatchObject({ shirt: null, team: null, player: '12' });
  });

  it('of the ball has a height, and is neither a sprint nor anybody’s speed', () => {
    const { entity, measures, body } = enrich({ object: 'ball', player: '0', z: 0.095, team: null, dx: 2 });
    expect(entity).toBe('liv-che/0');
    expect(measures).toEqual([]);
    expect(body).toMatchObject({ z: 0.095, sprint: false });
  });

  it.each([
    ['x', { x: Number.NaN }, /^x: must be a number from -100 to 200, is a number that is not finite$/],
    ['x', { x: 201 }, /^x: must be a number from -100 to 200, is a positive number$/],
    ['y', { y: -101 }, /^y: /],
    ['dx', { dx: Number.POSITIVE_INFINITY }, /^dx: /],
    ['dy', { dy: -301 }, /^dy: /],
    ['z', { z: 1_000 }, /^z: /],
    ['frameMs', { frameMs: 0 }, /^frameMs: must be a number from 1 to 60000, is zero$/],
    ['frame', { frame: -1 }, /^frame: /],
    ['shirt', { shirt: -10 }, /^shirt: /],
    ['matchId', { matchId: '' }, /^matchId: must be text of 1 to 100 characters, is empty text$/],
    ['player', { player: '' }, /^player: /],
    ['team', { team: '' }, /^team: /],
  ])('breaks a rule in %s with %o', (field, fields, message) => {
    const error = rejection(() => enrich(fields));
    expect(error.details).toEqual({ field });
    expect(error.message).toMatch(message);
  });
});
