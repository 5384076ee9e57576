import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBreaker, type BreakerEvent } from '../../../lambdas/shared/resilience/breaker.ts';
import { opened } from '../../../lambdas/shared/resilience/breaker-state.ts';
import { createBreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { clientSettings } from '../../support/json-service.ts';

let aws: AwsServices;
const hanging: Server = createServer(() => undefined);
beforeAll(async () => {
  aws = await startAwsServices();
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
});
afterAll(async () => {
  await aws.stop();
  hanging.closeAllConnections();
  hanging.close();
});

/** The machine of a test may be busy. */
const patience = 20_000;

const writer = { instance: 'a', now: 1_795_000_000_000, probeAfterMs: 2_000 };

describe('the shared state of a breaker in its table', () => {
  it('is written only over what was seen', async () => {
    const store = createBreakerStore(aws.dynamodb, 'controls', patience);
    expect(await store.read('one')).toBeUndefined();
    const first = opened(undefined, 0, writer);
    if (!first) throw new Error('nothing stands yet');
    expect(await store.replace('one', undefined, first)).toBe(true);
    expect(await store.replace('one', undefined, first)).toBe(false);
    expect(await store.read('one')).toEqual(first);
    const second = { ...first, revision: 2 };
    expect(await store.replace('one', { ...first, revision: 7 }, second)).toBe(false);
    expect(await store.replace('one', first, second)).toBe(true);
    expect(await store.replace('one', first, second)).toBe(false);
    expect(await store.read('two')).toBeUndefined();
  });

  it('goes to one of many that write at once', async () => {
    const store = createBreakerStore(aws.dynamodb, 'controls', patience);
    const writes = Array.from({ length: 20 }, async (_, n) => {
      const next = opened(undefined, 0, { ...writer, instance: `i${n}` });
      return next ? store.replace('many', undefined, next) : false;
    });
    expect((await Promise.all(writes)).filter(Boolean)).toHaveLength(1);
  });

  it('is unknown where there is no such table, and soon where it hangs', async () => {
    const missing = createBreakerStore(aws.dynamodb, 'no-such-table', patience);
    await expect(missing.read('one')).rejects.toMatchObject({ reason: 'controls' });
    const { port } = hanging.address() as AddressInfo;
    const client = new DynamoDBClient(clientSettings(`http://127.0.0.1:${port}`));
    const startedAt = performance.now();
    await expect(createBreakerStore(client, 'controls').read('one')).rejects.toMatchObject({
      disposition: 'retry',
      reason: 'controls',
      message: 'controls did not answer (TimeoutError)',
    });
    expect(performance.now() - startedAt).toBeLessThan(2_500); // the clients' own time-out is three seconds
    client.destroy();
  });

  it('is what breakers of several instances open, probe and close by', async () => {
    let time = 1_795_000_000_000;
    let up = false;
    let calls = 0;
    const instances = Array.from({ length: 5 }, (_, n) => {
      const events: BreakerEvent[] = [];
      const breaker = createBreaker({
        dependency: 'shared',
        isFailure: () => true,
        store: createBreakerStore(aws.dynamodb, 'controls', patience),
        instance: `i${n}`,
        now: () => time,
        onEvent: (event) => events.push(event),
      });
      const attempt = (): Promise<unknown> =>
        breaker
          .execute(async () => {
            calls += 1;
            if (!up) throw new Error('away');
            return 'answer';
          })
          .catch(() => 'no answer');
      return { breaker, events, attempt };
    });
    const all = () => Promise.all(instances.map(({ attempt }) => attempt()));
    for (let n = 0; n < 7; n += 1) await all();
    const made = (what: BreakerEvent): number =>
      instances.reduce((sum, { events }) => sum + events.filter((event) => event === what).length, 0);
    expect(made('opened')).toBe(1);
    expect(instances.every(({ breaker }) => breaker.openForMs() === 0)).toBe(true);
    const before = calls;
    time += 2_500;
    await all();
    expect(calls - before).toBe(1);
    up = true;
    time += 2_500;
    await all(); // who looks after the close goes through already
    time += 500;
    expect(await all()).toEqual(Array.from({ length: 5 }, () => 'answer'));
    expect([made('opened'), made('probed'), made('closed'), made('state-unknown')]).toEqual([1, 2, 1, 0]);
  });
});
