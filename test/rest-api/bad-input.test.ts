import { describe, expect, it } from 'vitest';
import type { ChannelStore } from '../../lambdas/rest-api/channel-store.ts';
import { Problem } from '../../lambdas/rest-api/http/problem.ts';
import { readMessages } from '../../lambdas/rest-api/read-messages.ts';
import { MisconfiguredError, UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { call, countingTelemetry } from './support/call.ts';

const nobody: ChannelStore = { read: () => Promise.reject(new Error('must not be asked')) };
const endpoint = (channels: ChannelStore = nobody, telemetry = countingTelemetry()) =>
  readMessages({ channels, telemetry, now: Date.now });
const good = { channel: 'match.events.m-1' };

const aNumber = 'must be a whole number from 0 on: the last one you have, or leave it out';
const aChannel = 'must be a channel with dots for its slashes, such as match.events.m-1';

describe('a request that cannot be answered', () => {
  it.each([
    [good, { after: 'x' }, 'after: is text of 1 characters', aNumber],
    [good, { after: '' }, 'after: is empty', aNumber],
    [good, { after: '-1' }, 'after: is a number', aNumber],
    [good, { after: '9007199254740992' }, 'after: is a number', aNumber],
    [good, { after: '1,2' }, 'after: is text of 3 characters', aNumber],
    [good, { after: '1e3' }, 'after: is text of 3 characters', aNumber],
    [good, { limit: '0' }, 'limit: is a number', 'must be a whole number from 1 to 1000'],
    [good, { limit: '1001' }, 'limit: is a number', 'must be a whole number from 1 to 1000'],
    [{ channel: 'match' }, {}, 'channel: is text of 5 characters', aChannel],
    [{ channel: 'match.events.*' }, {}, 'channel: is text of 14 characters', aChannel],
    [{ channel: 'match%2Fevents' }, {}, 'channel: is text of 14 characters', aChannel],
    [{ channel: `match.${'x'.repeat(51)}` }, {}, 'channel: is text of 57 characters', aChannel],
    [{ channel: 'a.b.c.d.e.f' }, {}, 'channel: is text of 11 characters', aChannel],
    [{}, {}, 'channel: is missing', aChannel],
  ])('%o %o is told what is wrong', async (path, query, wrong, must) => {
    const { status, body } = await call(endpoint(), path, query);
    expect([status, body]).toEqual([
      400,
      { error: 'bad-request', message: `${wrong}, ${must}`, field: wrong.split(':')[0] },
    ]);
    expect(Problem.parse(body)).toEqual(body);
  });

  it('with a parameter that nobody knows is told which there are', async () => {
    const { body } = await call(endpoint(), good, { afer: '3' });
    expect(body['message']).toBe('afer: is no parameter of this request; there are after, limit');
  });

  it('does not have its value repeated, whatever is in it', async () => {
    const { text } = await call(endpoint(), good, { after: '<script>' });
    expect(text).not.toContain('script');
  });
});

describe('a store that does not answer', () => {
  it('is asked again, then the reader is told to come again', async () => {
    let asked = 0;
    const telemetry = countingTelemetry();
    const away: ChannelStore = {
      read: (_, resilient) =>
        resilient(() => {
          asked += 1;
          return Promise.reject(new UnavailableError('store', 'the database did not answer'));
        }),
    };
    const { status, headers, body } = await call(endpoint(away, telemetry), good, {}, 200);
    expect(asked).toBeGreaterThan(1);
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(body).toEqual({ error: 'unavailable', message: 'store does not answer: ask again in a moment' });
    expect(telemetry.counts.get('Retries store')).toBeGreaterThan(0);
    expect(telemetry.counts.get('Answers 503')).toBe(1);
  });

  it.each([
    ['a wrong deployment', new MisconfiguredError('store', 'no such table')],
    ['a bug', new TypeError('x is undefined')],
  ])('is a crash where it is %s: no answer of ours would be true', async (_, error) => {
    await expect(call(endpoint({ read: () => Promise.reject(error) }), good)).rejects.toBe(error);
  });
});
