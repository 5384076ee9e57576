import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterDetail, DeadLetterList } from '../../lambdas/rest-api/dead-letters-contract.ts';
import { readDeadLetters } from '../../lambdas/rest-api/read-dead-letters.ts';
import { createDeadLetterStore } from '../../lambdas/shared/dead-letters/dead-letter-store.ts';
import { bytesOf, idOf, parkedMessage } from '../operations/dead-letters/support/deliveries.ts';
import { createIntake } from '../operations/dead-letters/support/intake.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { call, countingTelemetry } from './support/call.ts';

const stream = 'millrace-test-market';
const noon = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;
const large = Buffer.alloc(4_100_000, 1);

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
  const failed = (n: number, hoursBefore: number, source: string, reason: string): string =>
    JSON.stringify(
      parkedMessage(stream, n, { source, reason, parkedAt: new Date(noon - hoursBefore * hour).toISOString() }),
    );
  const intake = createIntake(aws);
  await intake.parked([
    failed(1, 1, 'market', 'broken-rule'),
    failed(2, 2, 'market', 'conflict'),
    failed(3, 3, 'social', 'broken-rule'),
    failed(4, 24 * 8, 'market', 'broken-rule'),
  ]);
  await intake.parked([
    JSON.stringify({
      ...parkedMessage(stream, 5, { size: large.length, parkedAt: new Date(noon - 200 * hour).toISOString() }),
      bytes: large.toString('base64'),
    }),
  ]);
});
afterAll(() => aws.stop());

const endpoint = (over: Partial<Parameters<typeof readDeadLetters>[0]> = {}) =>
  readDeadLetters({
    letters: createDeadLetterStore(aws, 'dead-letters', () => noon),
    sources: ['market', 'social'],
    telemetry: countingTelemetry(),
    now: () => noon,
    ...over,
  });
const list = async (query: Record<string, string> = {}) => {
  const { body } = await call(endpoint(), {}, query);
  const { deadLetters, more } = DeadLetterList.parse(body);
  expect({ deadLetters, more }).toEqual(body);
  return { numbers: deadLetters.map(({ sequenceNumber }) => Number(sequenceNumber)), more };
};

describe('the list of dead letters', () => {
  it('is newest first, of all sources, of a week, without bytes', async () => {
    expect(await list()).toEqual({ numbers: [1, 2, 3], more: false });
    expect((await call(endpoint())).text).not.toContain('bytes');
  });

  it('is of one source, of one reason, or both', async () => {
    expect(await list({ source: 'social' })).toEqual({ numbers: [3], more: false });
    expect(await list({ reason: 'broken-rule' })).toEqual({ numbers: [1, 3], more: false });
    expect(await list({ source: 'market', reason: 'conflict' })).toEqual({ numbers: [2], more: false });
    expect(await list({ source: 'nobody' })).toEqual({ numbers: [], more: false });
  });

  it('says that there are more than it was asked for', async () => {
    expect(await list({ limit: '2' })).toEqual({ numbers: [1, 2], more: true });
    expect(await list({ limit: '3' })).toEqual({ numbers: [1, 2, 3], more: false });
  });

  it('ends with the time there is, and says that there may be more', async () => {
    const endless = {
      ...createDeadLetterStore(aws, 'dead-letters'),
      // As where no page has an entry of a rare reason.
      list: async function* (_: unknown, signal?: AbortSignal) {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        yield* [];
      },
    };
    const { status, body } = await call(endpoint({ letters: endless }), {}, {}, 100);
    expect([status, body]).toEqual([200, { deadLetters: [], more: true }]);
  });

  it.each([
    [{ limit: '501' }, 'limit: is a number, must be a whole number from 1 to 500'],
    [
      { source: 'a/b' },
      'source: is text of 3 characters, must be the name of a source, such as market, or left out for all',
    ],
    [{ since: '1d' }, 'since: is no parameter of this request; there are source, reason, limit'],
  ])('is told what is wrong with %o', async (query, message) => {
    const { status, body } = await call(endpoint(), {}, query);
    expect([status, body['message']]).toEqual([400, message]);
  });
});

describe('one dead letter', () => {
  it('has all that is known of it, and its bytes', async () => {
    const { status, body } = await call(endpoint(), { id: idOf(stream, 1) });
    expect(status).toBe(200);
    expect(DeadLetterDetail.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      id: idOf(stream, 1),
      reason: 'broken-rule',
      bytes: bytesOf(1).toString('base64'),
      truncated: false,
    });
  });

  it('has the beginning of bytes that are more than an answer takes', async () => {
    const { body, text } = await call(endpoint(), { id: idOf(stream, 5) });
    expect(body['truncated']).toBe(true);
    expect(Buffer.from(String(body['bytes']), 'base64')).toHaveLength(4_000_000);
    expect(Buffer.byteLength(JSON.stringify({ body: text }))).toBeLessThan(6_291_556);
  });

  it('that is not there is not found', async () => {
    const { status, body } = await call(endpoint(), { id: idOf(stream, 99) });
    expect([status, body['error']]).toEqual([404, 'not-found']);
  });

  it.each([
    [{ id: 'market' }, {}, /^id: is text of 6 characters, must be the id/],
    [{ id: idOf(stream, 1) }, { limit: '1' }, /^limit: is no parameter/],
  ])('is told what is wrong with %o %o', async (path, query, message) => {
    const { status, body } = await call(endpoint(), path, query);
    expect([status, body['message']]).toEqual([400, expect.stringMatching(message)]);
  });

  it('of a table that is not there is a crash', async () => {
    const letters = createDeadLetterStore(aws, 'no-such-table');
    await expect(call(endpoint({ letters }), { id: idOf(stream, 1) })).rejects.toThrow('dead-letters refused us');
  });
});
