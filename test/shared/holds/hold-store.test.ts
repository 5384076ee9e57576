import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import type { HoldToPlace } from '../../../lambdas/shared/holds/hold.ts';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { inTurns } from '../../support/in-turns.ts';

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
});
afterAll(() => aws.stop());

const second = (n: number): string => new Date(Date.UTC(2026, 10, 21, 12) + n * 1000).toISOString();
const hold = (source: string, changes: Partial<HoldToPlace> = {}): HoldToPlace => ({
  source,
  cause: 'outage',
  reason: 'store',
  why: 'the store has been away for 60 s',
  by: 'millrace-test-enrichment-market',
  from: { 'shardId-000000000000': '495' },
  at: second(0),
  ...changes,
});

describe('the item of a hold', () => {
  const store = () => createHoldStore(aws.dynamodb, 'controls');

  it('is nothing before the first', async () => {
    expect(await store().read('never-held')).toBeUndefined();
  });

  it('says what was placed, and is there for everyone at once', async () => {
    expect(await store().place(hold('a'))).toBe(true);
    const { history, ...rest } = (await store().read('a')) ?? { history: [] };
    expect(rest).toEqual({
      source: 'a',
      number: 1,
      standing: true,
      cause: 'outage',
      reason: 'store',
      why: 'the store has been away for 60 s',
      by: 'millrace-test-enrichment-market',
      since: second(0),
      from: { 'shardId-000000000000': '495' },
      mappingDisabled: false,
    });
    expect(history).toEqual([
      { at: second(0), did: 'set', by: 'millrace-test-enrichment-market', why: 'the store has been away for 60 s' },
    ]);
  });

  it('is one: a second does not replace the first', async () => {
    await store().place(hold('b'));
    expect(await store().place(hold('b', { cause: 'operator', reason: 'operator' }))).toBe(false);
    expect(await store().read('b')).toMatchObject({ number: 1, cause: 'outage' });
  });

  it('ends by its number, once, and leaves who ended it and why', async () => {
    await store().place(hold('c'));
    const release = { source: 'c', number: 1, by: 'ada', why: 'fixed', at: second(9) };
    expect(await store().release({ ...release, number: 2 })).toBe(false);
    expect(await store().release(release)).toBe(true);
    expect(await store().release(release)).toBe(false);
    const after = await store().read('c');
    expect(after).toMatchObject({ standing: false, number: 1 });
    expect(after?.history.at(-1)).toEqual({ at: second(9), did: 'released', by: 'ada', why: 'fixed' });
  });

  it('is not ended by the release of an earlier one', async () => {
    await store().place(hold('d'));
    await store().release({ source: 'd', number: 1, by: 'ada', why: 'fixed', at: second(1) });
    expect(await store().place(hold('d'))).toBe(true);
    expect(await store().release({ source: 'd', number: 1, by: 'ada', why: 'again', at: second(2) })).toBe(false);
    expect(await store().read('d')).toMatchObject({ number: 2, standing: true });
  });

  it('remembers until when an operator accepts the rejects, also through a hold for something else', async () => {
    await store().place(hold('e', { cause: 'rejects', reason: 'broken-rule' }));
    await store().release({ source: 'e', number: 1, by: 'ada', why: 'junk', at: second(1), parkUntil: second(60) });
    expect(await store().read('e')).toMatchObject({ standing: false, parkUntil: second(60) });
    await store().place(hold('e', { at: second(30) }));
    expect(await store().read('e')).toMatchObject({ standing: true, parkUntil: second(60) });
    await store().release({ source: 'e', number: 2, by: 'ada', why: 'back', at: second(50) });
    await store().place(hold('e', { at: second(61) }));
    expect(await store().read('e')).not.toHaveProperty('parkUntil');
  });

  it('notes the mapping once each way, after its release too, and hands it on to the next hold', async () => {
    await store().place(hold('f'));
    const note = {
      source: 'f',
      number: 1,
      disabled: true,
      mappings: ['a'],
      by: 'keeper',
      why: 'it stands',
      at: second(1),
    };
    expect([await store().noteMapping(note), await store().noteMapping(note)]).toEqual([true, false]);
    expect(await store().noteMapping({ ...note, mappings: ['b'] })).toBe(true);
    await store().release({ source: 'f', number: 1, by: 'keeper', why: 'back', at: second(2) });
    expect(await store().noteMapping({ ...note, mappings: ['c'] })).toBe(false);
    await store().place(hold('f'));
    expect(await store().read('f')).toMatchObject({ number: 2, mappingDisabled: true, mappings: ['a', 'b'] });
    expect(await store().noteMapping({ ...note, disabled: false })).toBe(false);
    expect(await store().noteMapping({ ...note, number: 2, disabled: false })).toBe(true);
    expect(await store().read('f')).not.toHaveProperty('mappings');
    expect((await store().read('f'))?.history.map(({ did }) => did)).toEqual([
      'set',
      'mapping-disabled',
      'mapping-disabled',
      'released',
      'set',
      'mapping-enabled',
    ]);
  });

  it('keeps its last 20 steps, and no more than 500 characters of a reason', async () => {
    for (let n = 1; n <= 13; n += 1) {
      await store().place(hold('g', { at: second(n), why: 'x'.repeat(1_000) }));
      await store().release({ source: 'g', number: n, by: 'ada', why: `${n}`, at: second(n) });
    }
    const history = (await store().read('g'))?.history ?? [];
    expect([history.length, history[0]?.at, history.at(-1)?.why]).toEqual([20, second(4), '13']);
    expect(history[0]?.why).toHaveLength(500);
  });

  it('that somebody else wrote is an error that names what is wrong', async () => {
    await DynamoDBDocumentClient.from(aws.dynamodb).send(
      new PutCommand({ TableName: 'controls', Item: { id: 'hold/odd', revision: 1, source: 'odd', number: 0 } }),
    );
    await expect(store().read('odd')).rejects.toThrow(/hold\/odd is no hold as we write it: number/);
  });

  it('in a table that is not there is a fault of the deployment; in one that does not answer, none', async () => {
    await expect(createHoldStore(aws.dynamodb, 'no-such-table').read('a')).rejects.toMatchObject({
      disposition: 'halt',
      reason: 'controls',
    });
    const away = new DynamoDBClient({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    await expect(createHoldStore(away, 'controls').place(hold('a'))).rejects.toMatchObject({
      disposition: 'retry',
      reason: 'controls',
    });
    away.destroy();
  });
});

describe('holds placed and released by several hands at once', () => {
  const anyHand = fc.array(fc.constantFrom('place', 'release the latest', 'release the one before'), {
    minLength: 1,
    maxLength: 4,
  });

  it('are one at most, with numbers that grow by one, whatever the order of their requests', async () => {
    let sources = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyHand, { minLength: 2, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
        async (hands, picks) => {
          const source = `property-${(sources += 1)}`;
          const client = aws.connectTables();
          const turns = inTurns(picks);
          turns.take(client);
          const store = createHoldStore(client, 'controls');
          const took = { places: 0, releases: [] as number[] };

          const hand = (steps: readonly string[], name: string) => async (): Promise<void> => {
            for (const step of steps) {
              if (step === 'place') {
                if (await store.place(hold(source, { by: name }))) took.places += 1;
                continue;
              }
              const latest = (await store.read(source))?.number ?? 0;
              const number = step === 'release the latest' ? latest : latest - 1;
              const did = await store.release({ source, number, by: name, why: `${number}`, at: second(1) });
              if (did) took.releases.push(number);
            }
          };
          await turns.run(hands.map((steps, n) => hand(steps, `hand ${n}`)));
          client.destroy();
          const after = await createHoldStore(aws.dynamodb, 'controls').read(source);

          // Every success is in the item, in an order in which none stands beside another.
          const did = (after?.history ?? []).map((step) => step.did);
          expect(did).toEqual(did.map((_, n) => (n % 2 === 0 ? 'set' : 'released')));
          expect(after?.number ?? 0).toBe(took.places);
          expect(after?.standing ?? false).toBe(did.length % 2 === 1);
          expect(did.length).toBe(took.places + took.releases.length);
          // Each was released as the number it had, and none twice.
          const numbers = (after?.history ?? [])
            .filter((step) => step.did === 'released')
            .map(({ why }) => Number(why));
          expect(numbers).toEqual(numbers.map((_, n) => n + 1));
          expect(took.releases.toSorted((a, b) => a - b)).toEqual(numbers);
        },
      ),
      { numRuns: 60 },
    );
  });
});
