import { setTimeout as sleep } from 'node:timers/promises';
import { GlueClient } from '@aws-sdk/client-glue';
import { afterEach, describe, expect, it } from 'vitest';
import { createLoneBreaker } from '../../../lambdas/shared/resilience/lone-breaker.ts';
import { createGlueRegistry, registryFailures } from '../../../lambdas/shared/serde/registry.ts';
import { clientSettings, startJsonService, type Answer, type JsonService } from '../../support/json-service.ts';

const id = 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
const version = (overrides: Record<string, unknown> = {}): Answer => ({
  body: {
    SchemaVersionId: id,
    SchemaDefinition: '{"type":"string"}',
    DataFormat: 'AVRO',
    SchemaArn: 'arn:aws:glue:eu-west-1:000000000000:schema/millrace-test/market-quote',
    VersionNumber: 3,
    Status: 'AVAILABLE',
    ...overrides,
  },
});
const available = { status: 'available', subject: 'market-quote', version: 3, definition: '{"type":"string"}' };
const notFound: Answer = { error: 'EntityNotFoundException' };

const services: JsonService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

/** Our registry over a real client of Glue, which talks to a service that answers as told. */
const registryOver = async (
  answer: () => Answer | Promise<Answer>,
  options: { readonly timeoutMs?: number; readonly mostRemembered?: number } = {},
) => {
  const asked: unknown[] = [];
  let underWay = 0;
  const world = { answer, asked, time: 0, mostAtOnce: 0 };
  const service = await startJsonService(async (action, input) => {
    asked.push([action, input['SchemaVersionId']]);
    underWay += 1;
    world.mostAtOnce = Math.max(world.mostAtOnce, underWay);
    const result = await world.answer();
    underWay -= 1;
    return result;
  });
  services.push(service);
  const registry = createGlueRegistry(new GlueClient(clientSettings(service.endpoint)), {
    registryName: 'millrace-test',
    breaker: createLoneBreaker(registryFailures, () => world.time),
    now: () => world.time,
    ...options,
  });
  return { world, asked, find: registry.find };
};

const uuids = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);

describe('the schema registry', () => {
  it('finds a version by its id and remembers it for good, also while Glue is down', async () => {
    const { world, asked, find } = await registryOver(() => version());
    expect(await find(id)).toEqual(available);
    world.answer = () => ({ error: 'InternalServiceException', status: 500 });
    world.time = 1_000_000_000;
    expect(await find(id)).toEqual(available);
    expect(asked).toEqual([['GetSchemaVersion', id]]);
  });

  it('asks once for an id that many want at the same time', async () => {
    const { asked, find } = await registryOver(() => sleep(20, version()));
    const found = await Promise.all(Array.from({ length: 10 }, () => find(id)));
    expect(found).toEqual(Array.from({ length: 10 }, () => available));
    expect(asked.length).toBe(1);
  });

  it('asks for few ids at once', async () => {
    const { world, asked, find } = await registryOver(() => sleep(100, version()));
    await Promise.all(uuids(20).map((each) => find(each)));
    expect(asked.length).toBe(20);
    expect(world.mostAtOnce).toBe(4);
  });

  it.each<[string, Answer]>([
    ['unknown', notFound],
    ['unknown', { error: 'InvalidInputException' }],
    ['pending', version({ Status: 'PENDING' })],
    ['failed', version({ Status: 'FAILURE' })],
    ['failed', version({ Status: 'DELETING' })],
  ])('remembers that an id is %s for a second, and asks again then', async (status, answer) => {
    const { world, asked, find } = await registryOver(() => answer);
    expect(await find(id)).toEqual({ status });
    world.answer = () => version();
    world.time = 999;
    expect(await find(id)).toEqual({ status });
    expect(asked.length).toBe(1);
    world.time = 1_000;
    expect(await find(id)).toEqual(available);
  });

  it('does not answer from an old "unknown" while Glue is down: an outage rejects nothing', async () => {
    const { world, find } = await registryOver(() => notFound);
    await find(id);
    world.answer = () => ({ error: 'InternalServiceException', status: 500 });
    world.time = 1_000;
    await expect(find(id)).rejects.toMatchObject({ disposition: 'retry', reason: 'registry' });
  });

  it.each([
    ['arn:aws:glue:eu-west-1:000000000000:schema/other/market-quote', 'other'],
    [undefined, ''],
  ])('says of %s that it is of another registry, and asks once', async (arn, registry) => {
    const { world, asked, find } = await registryOver(() => version({ SchemaArn: arn, Status: 'PENDING' }));
    expect(await find(id)).toEqual({ status: 'foreign', registry });
    world.time = 1_000_000;
    expect(await find(id)).toEqual({ status: 'foreign', registry });
    expect(asked.length).toBe(1);
  });

  it('takes an answer without number or definition as it is: the compiler of schemas will refuse it', async () => {
    const { find } = await registryOver(() => version({ VersionNumber: undefined, SchemaDefinition: undefined }));
    expect(await find(id)).toEqual({ ...available, version: 0, definition: '' });
  });

  it.each([
    ['ThrottlingException', 400, 'retry'],
    ['InternalServiceException', 500, 'retry'],
    ['AccessDeniedException', 400, 'halt'],
  ])('answers %s with %s %s, and asks again at the next record', async (error, status, disposition) => {
    const { world, find } = await registryOver(() => ({ error, status }));
    await expect(find(id)).rejects.toMatchObject({ disposition, reason: 'registry' });
    world.answer = () => version();
    expect(await find(id)).toEqual(available);
  });

  it('does not wait for a Glue that hangs, once for a batch of ids and not once for each', async () => {
    const { asked, find } = await registryOver(() => sleep(60_000, version(), { ref: false }), { timeoutMs: 50 });
    const startedAt = performance.now();
    const found = await Promise.allSettled(uuids(100).map((each) => find(each)));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(found.every(({ status }) => status === 'rejected')).toBe(true);
    expect(asked.length).toBeLessThan(10);
    await expect(find(id)).rejects.toMatchObject({ disposition: 'retry', reason: 'registry' });
  });

  it('asks again after a pause', async () => {
    const { world, find } = await registryOver(() => ({ error: 'ThrottlingException' }));
    await Promise.allSettled(uuids(10).map((each) => find(each)));
    world.answer = () => version();
    await expect(find(id)).rejects.toMatchObject({ disposition: 'retry', reason: 'registry' });
    world.time += 2_500;
    expect(await find(id)).toEqual(available);
  });

  it('does not take many unknown ids for an outage', async () => {
    const { find } = await registryOver(() => notFound);
    const found = await Promise.all(uuids(20).map((each) => find(each)));
    expect(found).toEqual(Array.from({ length: 20 }, () => ({ status: 'unknown' })));
  });

  it('remembers no more ids than it may, and of those the ones that were used last', async () => {
    const { asked, find } = await registryOver(() => version(), { mostRemembered: 3 });
    const [first = '', second = '', third = '', fourth = ''] = uuids(4);
    for (const each of [first, second, third, first, fourth]) await find(each);
    expect(asked.length).toBe(4);
    await find(first);
    expect(asked.length).toBe(4);
    await find(second);
    expect(asked.length).toBe(5);
  });
});
