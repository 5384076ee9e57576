import { describe, expect, it } from 'vitest';
import {
  composeBody,
  composeTombstone,
  publishLimits,
  readBody,
  type PublishedEvent,
} from '../../../lambdas/shared/delivery/message.ts';

const event: PublishedEvent = {
  source: 'market',
  sourceEventId: 'EUR/USD-1',
  entity: 'EUR/USD',
  occurredAt: '2026-11-21T08:00:00.000001Z',
  arrivedAt: '2026-11-21T08:00:00.120Z',
  priority: 'normal',
  body: { symbol: 'EUR/USD', mid: 1.15 },
};

describe('the body of a message', () => {
  it('has its fields in one order, in whatever order they were given', () => {
    const { body, source, ...rest } = event;
    const turned = { body, ...rest, source };
    const message = { events: [turned], delivery: 'latest', number: 7, channel: 'market/quotes/EUR--USD' } as const;
    expect(composeBody(message)).toBe(
      '{"channel":"market/quotes/EUR--USD","number":7,"delivery":"latest","events":[{"source":"market",' +
        '"sourceEventId":"EUR/USD-1","entity":"EUR/USD","occurredAt":"2026-11-21T08:00:00.000001Z",' +
        '"arrivedAt":"2026-11-21T08:00:00.120Z","priority":"normal","body":{"symbol":"EUR/USD","mid":1.15}}]}',
    );
  });

  it('of a tombstone fits into a call, whatever its channel', () => {
    const longest = {
      channel: Array(5).fill('x'.repeat(50)).join('/'),
      number: Number.MAX_SAFE_INTEGER,
      delivery: 'latest',
    } as const;
    expect(composeTombstone(longest).length).toBeLessThan(publishLimits.callBytes / publishLimits.callEvents);
  });

  it('is read as it was composed', () => {
    const message = { channel: 'a/b', number: 1, delivery: 'each', events: [event] } as const;
    expect(readBody(composeBody(message))).toEqual(message);
  });

  it('of a tombstone says so, and has no events', () => {
    expect(composeTombstone({ channel: 'a/b', number: 3, delivery: 'each' })).toBe(
      '{"channel":"a/b","number":3,"delivery":"each","events":[],"tombstone":"unpublishable"}',
    );
  });

  it.each(['{"channel":"a","number":0,"delivery":"each","events":[]}', '{}', 'null'])('is not %s', (body) => {
    expect(() => readBody(body)).toThrow('the body of a message is not as it should be');
  });
});
