import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RefusedEventError } from '../../lambdas/delivery/publish-answer.ts';
import type { UnpublishedMessage } from '../../lambdas/delivery/relay-store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { clearDelivery, fillOutbox } from './support/outbox.ts';
import { createWitness, relay, storeOf } from './support/relay-world.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());
beforeEach(() => clearDelivery(world.owner));

const rows = async (sql: string): Promise<unknown[]> => (await world.owner.query(sql)).rows as unknown[];
const left = () => rows('SELECT count(*)::int AS left FROM millrace.outbox');

describe('a channel of each', () => {
  it('gets every event under a number of its own, in the order of the outbox, and is let go', async () => {
    await fillOutbox(
      world.owner,
      Array.from({ length: 120 }, (_, n) => ({ channel: 'a/x', id: `e${n}` })),
    );
    const witness = createWitness();
    const result = await relay(storeOf(world, 'one'), ['a/x'], { publish: witness.accept });
    expect(witness.ids('a/x').flat()).toEqual(Array.from({ length: 120 }, (_, n) => `e${n}`));
    expect(witness.numbers('a/x')).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect(result).toMatchObject({ published: 120, republished: 0, left: [] });
    expect(await left()).toEqual([{ left: 0 }]);
    expect(await rows('SELECT last_number, oldest_number, lease FROM millrace.channels')).toEqual([
      { last_number: '120', oldest_number: '1', lease: null },
    ]);
    expect(await rows('SELECT count(*)::int AS n FROM millrace.messages WHERE published_at IS NULL')).toEqual([
      { n: 0 },
    ]);
  });

  it('keeps the string that was published, with times and body as they came', async () => {
    await fillOutbox(world.owner, [
      {
        channel: 'a/x',
        id: 'é"1',
        occurredAt: '2026-11-21T08:00:00.000123Z',
        arrivedAt: new Date(Date.now() - 5).toISOString(),
        payload: { text: 'a "b" \\ ü', n: 1.5 },
      },
    ]);
    const witness = createWitness();
    await relay(storeOf(world, 'one'), ['a/x'], { publish: witness.accept });
    expect(witness.of('a/x')[0]?.events[0]).toMatchObject({
      sourceEventId: 'é"1',
      occurredAt: '2026-11-21T08:00:00.000123Z',
      body: { text: 'a "b" \\ ü', n: 1.5 },
    });
    expect(await rows('SELECT body FROM millrace.messages')).toEqual([{ body: witness.seen[0]?.body }]);
  });

  it('gives no number to what is older than it may be', async () => {
    const old = new Date(Date.now() - 60_000).toISOString();
    await fillOutbox(world.owner, [
      { channel: 'a/x', id: 'old', arrivedAt: old, expiresAfterSeconds: 30 },
      { channel: 'a/x', id: 'young', arrivedAt: old, expiresAfterSeconds: 90 },
      { channel: 'a/x', id: 'any', arrivedAt: old },
    ]);
    const witness = createWitness();
    const result = await relay(storeOf(world, 'one'), ['a/x'], { publish: witness.accept });
    expect(witness.ids('a/x')).toEqual([['young'], ['any']]);
    expect(witness.numbers('a/x')).toEqual([1, 2]);
    expect(result).toMatchObject({ expired: 1, published: 2 });
  });

  it('that nothing waits in is no channel', async () => {
    const witness = createWitness();
    await relay(storeOf(world, 'one'), ['a/none'], { publish: witness.accept });
    expect(await rows('SELECT FROM millrace.channels')).toEqual([]);
  });
});

describe('a channel of latest', () => {
  const quote = (id: string, entity: string, second: number) => ({
    channel: 'q/x',
    delivery: 'latest' as const,
    id,
    entity,
    occurredAt: `2026-11-21T08:00:${String(second).padStart(2, '0')}Z`,
  });

  it('sends one message with the newest of each entity, by event time', async () => {
    await fillOutbox(world.owner, [quote('b2', 'b', 2), quote('a1', 'a', 1), quote('b1', 'b', 1), quote('a2', 'a', 2)]);
    const witness = createWitness();
    const result = await relay(storeOf(world, 'one'), ['q/x'], { publish: witness.accept });
    expect(witness.ids('q/x')).toEqual([['a2', 'b2']]);
    expect(result).toMatchObject({ superseded: 2, published: 1 });
    expect(await rows('SELECT entity, number, source_event_id FROM millrace.snapshots ORDER BY entity')).toEqual([
      { entity: 'a', number: '1', source_event_id: 'a2' },
      { entity: 'b', number: '1', source_event_id: 'b2' },
    ]);
  });

  it('sends nothing that is older than what was sent before', async () => {
    const witness = createWitness();
    await fillOutbox(world.owner, [quote('a5', 'a', 5)]);
    await relay(storeOf(world, 'one'), ['q/x'], { publish: witness.accept });
    await fillOutbox(world.owner, [quote('a4', 'a', 4), quote('b1', 'b', 1)]);
    const result = await relay(storeOf(world, 'two'), ['q/x'], { publish: witness.accept });
    expect(witness.ids('q/x')).toEqual([['a5'], ['b1']]);
    expect(result.superseded).toBe(1);
  });

  it('jumps to now when more has piled up than is read at once', async () => {
    await fillOutbox(
      world.owner,
      Array.from({ length: 3_500 }, (_, n) => quote(`n${String(n).padStart(5, '0')}`, `e${n % 3}`, 1)),
    );
    const witness = createWitness();
    const result = await relay(storeOf(world, 'one'), ['q/x'], { publish: witness.accept });
    expect(witness.ids('q/x')).toEqual([['n03498', 'n03499', 'n03497']]);
    expect(result.superseded).toBe(3_497);
  });

  it('waits for its moment while something waits', async () => {
    const witness = createWitness();
    const at: number[] = [];
    const publish = (channel: string, bodies: readonly string[]) => {
      at.push(Date.now());
      return witness.accept(channel, bodies);
    };
    await fillOutbox(world.owner, [{ ...quote('a1', 'a', 1), perSecond: 5 }]);
    await relay(storeOf(world, 'one'), ['q/x'], { publish });
    await fillOutbox(world.owner, [{ ...quote('a2', 'a', 2), perSecond: 5 }]);
    await relay(storeOf(world, 'two'), ['q/x'], { publish });
    expect(witness.ids('q/x')).toEqual([['a1'], ['a2']]);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(190);
  });
});

describe('what AppSync refuses', () => {
  it('is parked, and its number is sent as a tombstone', async () => {
    await fillOutbox(
      world.owner,
      ['good', 'bad', 'after'].map((id) => ({ channel: 'a/x', id })),
    );
    const witness = createWitness();
    const parked: UnpublishedMessage[] = [];
    const result = await relay(storeOf(world, 'one'), ['a/x'], {
      publish: async (channel, bodies) => {
        const fit = bodies.filter((body) => !body.includes('"bad"'));
        await witness.accept(channel, fit);
        return bodies.map((body) => (fit.includes(body) ? 'accepted' : new RefusedEventError('no', {})));
      },
      park: async (_channel, message) => void parked.push(message),
    });
    expect(
      witness.of('a/x').map(({ number, events, tombstone }) => [number, events[0]?.sourceEventId, tombstone]),
    ).toEqual([
      [1, 'good', undefined],
      [3, 'after', undefined],
      [2, undefined, 'unpublishable'],
    ]);
    expect(parked).toMatchObject([{ number: 2, unpublishable: { refusal: 'no' } }]);
    expect(parked[0]?.unpublishable?.original).toContain('"sourceEventId":"bad"');
    expect(result).toMatchObject({ tombstones: 1, published: 3, republished: 0 });
    expect(await rows('SELECT number, tombstone, original FROM millrace.messages WHERE number = 2')).toEqual([
      { number: '2', tombstone: 'unpublishable', original: null },
    ]);
  });

  it('is known beforehand where it is too large: nobody ever sees its body', async () => {
    await fillOutbox(world.owner, [{ channel: 'a/x', id: 'large', payload: { text: 'x'.repeat(250_000) } }]);
    const witness = createWitness();
    const parked: number[] = [];
    await relay(storeOf(world, 'one'), ['a/x'], {
      publish: witness.accept,
      park: async (_channel, { number }) => void parked.push(number),
    });
    expect(witness.of('a/x')).toMatchObject([{ number: 1, tombstone: 'unpublishable', events: [] }]);
    expect(parked).toEqual([1]);
  });
});
