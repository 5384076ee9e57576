import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPublisher } from '../../lambdas/delivery/publisher.ts';
import { createSignedPost } from '../../lambdas/shared/aws/signed-post.ts';
import { dispositionOf, PlatformError } from '../../lambdas/shared/errors/platform-error.ts';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import { allTaken, error, startEventsService, type EventsService } from './support/events-service.ts';

let service: EventsService;
beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  service = await startEventsService();
});
afterAll(() => service.stop());
beforeEach(() => {
  service.calls.length = 0;
  service.answer(allTaken);
});

const isFailure = (thrown: unknown): boolean => dispositionOf(thrown) === 'retry';
const publisher = (now: () => number = Date.now, endpoint = service.endpoint) =>
  createPublisher(
    createSignedPost({ endpoint, service: 'appsync', region: 'eu-west-1', atOnce: 4 }),
    createLoneBreaker({ dependency: 'events', isFailure }, now),
  );
const words = (answers: readonly ('accepted' | PlatformError)[]): string[] =>
  answers.map((answer) => (answer instanceof PlatformError ? `${answer.disposition} ${answer.reason}` : answer));

describe('publishing', () => {
  it('posts the channel and its bodies, signed for AppSync by our key', async () => {
    expect(await publisher()('a/x', ['{"n":1}', '{"n":2}'], 1_000)).toEqual(['accepted', 'accepted']);
    expect(service.calls).toMatchObject([{ channel: 'a/x', events: ['{"n":1}', '{"n":2}'] }]);
    const { authorization = '', host } = service.calls[0]?.headers ?? {};
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/appsync\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(host).toBe(service.endpoint.host);
  });

  it('answers for each event: taken, refused for good, or not taken this time', async () => {
    service.answer(() => ({
      body: {
        successful: [{ identifier: 'b', index: 1 }],
        failed: [
          { identifier: 'a', index: 0, code: 400, message: 'bad' },
          { identifier: 'c', index: 2, code: 500, message: 'oops' },
          { identifier: 'd', index: 3, code: 'BadRequestException' },
        ],
      },
    }));
    expect(words(await publisher()('a/x', ['a', 'b', 'c', 'd', 'e'], 1_000))).toEqual([
      'reject refused',
      'accepted',
      'retry events',
      'reject refused',
      'retry events', // nothing was said of it
    ]);
  });

  it.each(['', 'no JSON', '[]', '{"successful":"all"}'])(
    'takes nothing for published from the answer %j',
    async (body) => {
      service.answer(() => ({ body }));
      expect(words(await publisher()('a/x', ['a'], 1_000))).toEqual(['retry events']);
    },
  );

  it.each([
    [401, 'halt', 'events'],
    [403, 'halt', 'events'],
    [404, 'halt', 'events'],
    [400, 'halt', 'bad-request'],
    [429, 'retry', 'events'],
    [500, 'retry', 'events'],
    [503, 'retry', 'events'],
  ])('status %i of a call is %s', async (status, disposition, reason) => {
    service.answer(error(status, 'SomeException'));
    await expect(publisher()('a/x', ['a', 'b'], 1_000)).rejects.toMatchObject({ disposition, reason });
  });

  it.each([
    ['ThrottlingException', 'retry', 'events'],
    ['TooManyRequestsException', 'retry', 'events'],
    ['InvalidSignatureException', 'halt', 'events'],
    ['ExpiredTokenException', 'halt', 'events'],
    ['BadRequestException', 'halt', 'bad-request'],
  ])('a call that is answered 400 by the name of %s is %s', async (errorType, disposition, reason) => {
    service.answer(error(400, errorType));
    await expect(publisher()('a/x', ['a'], 1_000)).rejects.toMatchObject({ disposition, reason });
  });

  it('status 413 refuses the event where it is alone, and says nothing of any where it is not', async () => {
    service.answer(error(413, 'PayloadTooLargeException'));
    expect(words(await publisher()('a/x', ['a'], 1_000))).toEqual(['reject refused']);
    await expect(publisher()('a/x', ['a', 'b'], 1_000)).rejects.toMatchObject({ disposition: 'halt' });
  });

  it('gives up on a call that hangs', async () => {
    service.answer(() => undefined);
    const startedAt = performance.now();
    await expect(publisher()('a/x', ['a'], 100)).rejects.toMatchObject({ disposition: 'retry', reason: 'events' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('says so where nobody listens', async () => {
    const gone = await startEventsService();
    await gone.stop();
    await expect(publisher(Date.now, gone.endpoint)('a/x', ['a'], 500)).rejects.toMatchObject({
      disposition: 'retry',
      details: { name: expect.any(String) },
    });
  });

  it('makes no call while AppSync is away, but for a probe now and then', async () => {
    let now = 0;
    const publish = publisher(() => now);
    service.answer(error(503, 'ServiceUnavailableException'));
    for (let n = 0; n < 5; n += 1)
      await expect(publish('a/x', ['a'], 1_000)).rejects.toMatchObject({ reason: 'events' });
    service.calls.length = 0;
    service.answer(allTaken);
    await expect(publish('a/x', ['a'], 1_000)).rejects.toMatchObject({ details: { breaker: 'open' } });
    expect(service.calls).toHaveLength(0);
    now += 5_000;
    expect(await publish('a/x', ['a'], 1_000)).toEqual(['accepted']);
  });
});
