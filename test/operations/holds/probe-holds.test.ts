import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withinBytes } from '../../../lambdas/operations/holds/held-records-store.ts';
import type { ProbeEvent } from '../../../lambdas/shared/holds/probe.ts';
import type { HeldFrom, HoldCause } from '../../../lambdas/shared/holds/hold.ts';
import { startKeeperWorld, well } from './keeper-world.ts';

let world: Awaited<ReturnType<typeof startKeeperWorld>>;
beforeAll(async () => {
  world = await startKeeperWorld();
});
afterAll(() => world.stop());
afterEach(() => Object.assign(world.behaviour, { probe: () => well, meanwhile: () => Promise.resolve() }));

let sources = 0;
const newSource = () => world.addSource(`probed-${(sources += 1)}`);
const place = (source: string, cause: HoldCause = 'outage', from: HeldFrom = {}) => world.place(source, cause, from);

describe('a probe by the keeper', () => {
  it('gives the function the held records as the mapping would, from the first that was not finished', async () => {
    const source = newSource();
    const { shard, numbers } = await world.put('a', 'b', 'c');
    await place(source.source, 'rejects', { [shard]: numbers[1] ?? '' });
    let given: ProbeEvent | undefined;
    world.behaviour.probe = (event) => {
      given = event;
      return well;
    };
    await world.keeper(source).keep({});
    expect(given?.probe).toBe(true);
    expect(given?.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())).toEqual(['b', 'c']);
    expect(given?.Records[0]).toMatchObject({
      eventID: `${shard}:${numbers[1]}`,
      eventSource: 'aws:kinesis',
      eventSourceARN: source.streamArn,
      kinesis: { sequenceNumber: numbers[1], partitionKey: 'p' },
    });
    expect(given?.Records[0]?.kinesis.approximateArrivalTimestamp).toBeCloseTo(Date.now() / 1000, -2);
  });

  it('takes a shard that is gone for one without records', async () => {
    const source = newSource();
    await place(source.source, 'rejects', { 'shardId-000000000007': '1' });
    let given: number | undefined;
    world.behaviour.probe = ({ Records }) => {
      given = Records.length;
      return well;
    };
    await world.keeper(source).keep({});
    expect([given, (await world.holds.read(source.source))?.standing]).toEqual([0, false]);
  });

  it('takes 200 records at most, and no more than an invocation carries', async () => {
    const source = newSource();
    const { shard, numbers } = await world.put(...Array.from({ length: 210 }, (_, n) => String(n)));
    await place(source.source, 'rejects', { [shard]: numbers[0] ?? '' });
    let given = 0;
    world.behaviour.probe = ({ Records }) => {
      given = Records.length;
      return well;
    };
    await world.keeper(source).keep({});
    expect(given).toBe(200);
    const records = Array.from({ length: 9 }, () => ({ Data: Buffer.alloc(500) }) as never);
    expect([withinBytes(records, 1_000), withinBytes(records, 9_000)].map(({ length }) => length)).toEqual([2, 9]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('a defect');
      },
    ],
    ['answers something else', () => ({ batchItemFailures: [] })],
  ])('that %s has not passed', async (_, probe) => {
    const source = newSource();
    await place(source.source, 'halt');
    world.behaviour.probe = probe;
    const { keep, counted } = world.keeper(source);
    expect((await keep({})).looks[0]).toMatchObject({ standing: true });
    expect(counted).toContain(`${source.source} HoldProbes no-answer 1`);
  });

  it.each([
    ['outage', false],
    ['halt', false],
    // Only its records can show that a storm is over.
    ['rejects', true],
  ] as const)('that a held record ends the process of is tried without records: %s', async (cause, standing) => {
    const source = newSource();
    const { shard, numbers } = await world.put('a record that ends every process');
    await place(source.source, cause, { [shard]: numbers[0] ?? '' });
    world.behaviour.probe = ({ Records }) => {
      if (Records.length > 0) throw new Error('the process has ended');
      return well;
    };
    const { keep } = world.keeper(source);
    await keep({});
    expect(await world.holds.read(source.source)).toMatchObject({ standing });
  });

  it('fails the keeper where only a deployment can let it probe, and the mapping is off all the same', async () => {
    const source = { ...newSource(), streamName: 'no-such-stream' };
    await place(source.source, 'rejects', { 'shardId-000000000000': '1' });
    const { keep, counted } = world.keeper(source);
    await expect(keep({})).rejects.toThrow(/holds could not be kept: probed-\d+: stream refused us/);
    expect(counted).toContain(`${source.source} HoldLookFailures stream 1`);
    expect(world.isEnabled(source.source)).toBe(false);
  });
});
