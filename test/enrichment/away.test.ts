import { describe, expect, it } from 'vitest';
import { causeOf, isServiceAway, isStoreAway } from '../../lambdas/enrichment/away.ts';

const sql = (code?: string): Error => Object.assign(new Error('of the server'), code === undefined ? {} : { code });
const named = (name: string, cause?: Error): Error => Object.assign(new Error('of a service', { cause }), { name });

describe('the store', () => {
  it.each([
    ['a lost connection', undefined],
    ['a refused connection', 'ECONNREFUSED'],
    ['a shutdown', '57P01'],
    ['a server that starts', '57P03'],
    ['too many connections', '53300'],
    ['a full disk', '53100'],
    ['a server that only reads', '25006'],
  ])('is away at %s', (_, code) => {
    expect(isStoreAway(sql(code))).toBe(true);
  });

  it.each([
    ['a deadlock', '40P01'],
    ['a value it cannot hold', '22021'],
    ['a constraint', '23514'],
    ['a missing right', '42501'],
    ['an unknown user', '28000'],
  ])('has answered with %s', (_, code) => {
    expect(isStoreAway(sql(code))).toBe(false);
  });
});

describe('a service', () => {
  const isAway = isServiceAway('parked-queue');

  it.each([
    ['a time-out', named('TimeoutError')],
    ['a throttle', named('ProvisionedThroughputExceededException')],
    ['a fault of its own', named('InternalServerError')],
  ])('is away at %s', (_, error) => {
    expect(isAway(error)).toBe(true);
  });

  it.each([
    ['a condition that failed', named('ConditionalCheckFailedException')],
    ['an item it does not take', named('ValidationException')],
    ['a missing right', named('AccessDeniedException')],
    ['a bug of ours', new TypeError('not a function')],
  ])('has answered with %s', (_, error) => {
    expect(isAway(error)).toBe(false);
  });

  it('is known by what Powertools wraps, and by nothing else that has a cause', () => {
    const cause = named('TimeoutError');
    expect(causeOf(named('IdempotencyPersistenceLayerError', cause))).toBe(cause);
    const own = named('InternalServerError', cause);
    expect(causeOf(own)).toBe(own);
  });
});
