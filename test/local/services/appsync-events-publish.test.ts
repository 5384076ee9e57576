import { request as httpsRequest } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PublishFault } from '../../../local/world.ts';
import { publishTo, signedHeaders } from '../support/events-client.ts';
import { startEventsWorld, type EventsWorld } from '../support/events-world.ts';

let world: EventsWorld;
beforeAll(async () => {
  world = await startEventsWorld();
});
afterEach(() => world.server.fail([]));
afterAll(() => world.stop());

const publish = (content: unknown, signing?: Parameters<typeof publishTo>[2]): Promise<Response> =>
  publishTo(world.endpoint, content, signing);
const one = { channel: 'match/positions/m1', events: ['{"a":1}'] };
const errorOf = async (response: Response): Promise<readonly unknown[]> => {
  const { errors } = (await response.json()) as { errors: [{ errorType: string; message: string }] };
  return [response.status, errors[0].errorType, errors[0].message];
};

describe('a publish', () => {
  it('is answered event by event', async () => {
    const response = await publish({ ...one, events: ['{"a":1}', '"two"', '3'] });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        failed: [],
        successful: [0, 1, 2].map((index) => ({ identifier: expect.stringMatching(/^[0-9a-f-]{36}$/), index })),
      },
    ]);
  });

  it('is taken with TLS, too', async () => {
    const body = JSON.stringify(one);
    const headers = await signedHeaders(`https://${world.host}`, body);
    const status = await new Promise((resolve, reject) => {
      const request = httpsRequest(
        `https://${world.host}/event`,
        { method: 'POST', headers, ca: world.ca },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(status).toBe(200);
  });

  it('is half accepted where an event is too large, or no JSON', async () => {
    const events = ['1', `"${'x'.repeat(240 * 1_024 - 1)}"`, 'no JSON', `"${'x'.repeat(240 * 1_024 - 2)}"`];
    const response = await publish({ ...one, events });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        successful: [0, 3].map((index) => expect.objectContaining({ index })),
        failed: [
          expect.objectContaining({ index: 1, code: 413, message: 'Event is larger than 240 KB.' }),
          expect.objectContaining({ index: 2, code: 400 }),
        ],
      },
    ]);
  });

  it('has one to five events', async () => {
    expect((await publish({ ...one, events: ['1', '2', '3', '4', '5'] })).status).toBe(200);
    for (const events of [[], ['1', '2', '3', '4', '5', '6'], [{ a: 1 }], 'text', undefined]) {
      expect((await errorOf(await publish({ ...one, events }))).slice(0, 2)).toEqual([400, 'BadRequestException']);
    }
  });

  it('has at most 1.2 MB of events', async () => {
    const largest = `"${'x'.repeat(240 * 1_024 - 2)}"`;
    expect((await publish({ ...one, events: Array.from({ length: 5 }, () => largest) })).status).toBe(200);
    const more = await publish({ ...one, events: Array.from({ length: 5 }, () => `${largest} `) });
    expect((await errorOf(more)).slice(0, 2)).toEqual([413, 'RequestEntityTooLargeException']);
  });

  it('is not read to its end where it is far too large', async () => {
    const answer = await publish('x'.repeat(8_000_000)).then(errorOf, () => ['cut']);
    expect([413, 'cut']).toContain(answer[0]);
    expect((await publish(one)).status).toBe(200);
  });

  it.each(['', '[]', '{"events":["1"]}', '{"channel":7,"events":["1"]}'])(
    'must be an object with channel and events: %s',
    async (body) => {
      expect((await errorOf(await publish(body))).slice(0, 2)).toEqual([400, 'BadRequestException']);
    },
  );

  it.each([
    ['match/m_1'],
    ['match//m1'],
    ['match/-m1'],
    [`match/${'m'.repeat(51)}`],
    ['match/a/b/c/d/e'],
    ['match/*'],
    [''],
    ['match/é'],
  ])('goes to no channel that is named %o', async (channel) => {
    expect(await errorOf(await publish({ ...one, channel }))).toEqual([
      400,
      'BadRequestException',
      expect.stringContaining('Invalid Channel Format'),
    ]);
  });

  it.each([['/match/a'], ['match'], ['match/a/b/c/d'], [`match/${'m'.repeat(50)}`]])(
    'goes to the channel %s',
    async (channel) => {
      expect((await publish({ ...one, channel })).status).toBe(200);
    },
  );

  it('goes to no channel of a namespace that does not exist', async () => {
    expect(await errorOf(await publish({ ...one, channel: 'nothing/here' }))).toEqual([
      400,
      'BadRequestException',
      'No Channel Namespace found for "nothing".',
    ]);
  });

  it('is the only thing done over HTTP', async () => {
    const response = await fetch(`${world.endpoint}/graphql`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect((await fetch(`${world.endpoint}/event`)).status).toBe(404);
  });
});

describe('a signature', () => {
  it.each([
    ['of another secret', { secretAccessKey: 'other' }, 400, 'BadRequestException', /does not match/],
    ['of another key', { accessKeyId: 'AKIDOTHER' }, 403, 'UnrecognizedClientException', /security token/],
    ['for another region', { region: 'us-east-1' }, 400, 'BadRequestException', /scoped/],
    ['for another service', { service: 'execute-api' }, 400, 'BadRequestException', /scoped/],
    ['of six minutes ago', { at: new Date(Date.now() - 360_000) }, 400, 'BadRequestException', /expired/],
    ['of the future', { at: new Date(Date.now() + 360_000) }, 400, 'BadRequestException', /expired/],
  ])('%s is refused', async (_, signing, status, type, message) => {
    expect(await errorOf(await publish(one, signing))).toEqual([status, type, expect.stringMatching(message)]);
  });

  it('of four minutes ago is taken', async () => {
    expect((await publish(one, { at: new Date(Date.now() - 240_000) })).status).toBe(200);
  });

  it('that is missing is refused', async () => {
    const response = await fetch(`${world.endpoint}/event`, { method: 'POST', body: JSON.stringify(one) });
    expect(response.headers.get('x-amzn-errortype')).toBe('UnauthorizedException');
    expect((await errorOf(response)).slice(0, 2)).toEqual([401, 'UnauthorizedException']);
  });

  it('is for the body it was made for', async () => {
    const headers = await signedHeaders(world.endpoint, JSON.stringify(one));
    const body = JSON.stringify({ ...one, events: ['"forged"'] });
    const response = await fetch(`${world.endpoint}/event`, { method: 'POST', headers, body });
    expect((await errorOf(response)).slice(0, 2)).toEqual([400, 'BadRequestException']);
  });

  it('must be one', async () => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 nonsense' };
    const response = await fetch(`${world.endpoint}/event`, { method: 'POST', headers, body: JSON.stringify(one) });
    expect((await errorOf(response)).slice(0, 2)).toEqual([400, 'BadRequestException']);
  });

  it('may be a token instead, where the namespace takes tokens', async () => {
    const headers = { authorization: await world.issuer.mint() };
    const post = (channel: string): Promise<Response> =>
      fetch(`${world.endpoint}/event`, { method: 'POST', headers, body: JSON.stringify({ ...one, channel }) });
    expect((await post('open/a')).status).toBe(200);
    expect((await errorOf(await post('match/a'))).slice(0, 2)).toEqual([401, 'UnauthorizedException']);
  });
});

describe('a fault on demand', () => {
  const inOrder = async (faults: readonly PublishFault[]): Promise<readonly number[]> => {
    world.server.fail(faults);
    const statuses: number[] = [];
    for (let n = 0; n < faults.length + 1; n += 1) statuses.push((await publish(one)).status);
    return statuses;
  };

  it('meets the next calls, one each, and then no more', async () => {
    expect(await inOrder([{ kind: 'throttled' }, { kind: 'none' }, { kind: 'failed' }])).toEqual([429, 200, 500, 200]);
  });

  it('accepts half of a publish', async () => {
    world.server.fail([{ kind: 'half', failed: [1] }]);
    const answer = (await (await publish({ ...one, events: ['1', '2', '3'] })).json()) as Record<
      string,
      { index: number }[]
    >;
    expect(answer['successful']?.map(({ index }) => index)).toEqual([0, 2]);
    expect(answer['failed']).toEqual([expect.objectContaining({ index: 1, code: 500 })]);
  });

  it('answers late', async () => {
    world.server.fail([{ kind: 'slow', ms: 80 }]);
    const before = performance.now();
    await publish(one);
    expect(performance.now() - before).toBeGreaterThan(75);
  });

  it('loses what it has accepted, and tells subscribers', async () => {
    const client = await world.client();
    await client.subscribe('s', 'match/*', await world.issuer.mint());
    world.server.fail([{ kind: 'lost' }]);
    expect(await (await publish(one)).json()).toMatchObject({ failed: [], successful: [{ index: 0 }] });
    expect(await client.next({ id: 's' })).toMatchObject({ type: 'broadcast_error', errors: [{ errorCode: 500 }] });
    client.socket.close();
  });

  it('sends, and never answers', async () => {
    const client = await world.client();
    await client.subscribe('s', 'match/*', await world.issuer.mint());
    world.server.fail([{ kind: 'unanswered' }]);
    await expect(publish(one)).rejects.toThrow('fetch failed');
    expect(await client.next({ type: 'data' })).toMatchObject({ event: '{"a":1}' });
    client.socket.close();
  });
});
