import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { bytesOf, giveUp, idOf, notice, parkedMessage } from './support/deliveries.ts';
import { createIntake, entriesOf } from './support/intake.ts';

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
});
afterAll(() => aws.stop());

/** What can be delivered: some records parked, some given up in batches, some both. */
type Delivery = { readonly parked: number } | { readonly givenUp: readonly number[] };
const number = fc.integer({ min: 1, max: 8 });
const delivery: fc.Arbitrary<Delivery> = fc.oneof(
  fc.record({ parked: number }),
  fc.record({ givenUp: fc.uniqueArray(number, { minLength: 1, maxLength: 4 }) }),
);
/** Deliveries in batches; batches of one step run at once, and everything is delivered at least once. */
const steps = fc.array(fc.array(fc.array(delivery, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
});

const takeInAll = async (stream: string, all: readonly (readonly (readonly Delivery[])[])[]): Promise<void> => {
  const intake = createIntake(aws);
  const noticeOf = async (numbers: readonly number[]): Promise<string> => {
    const key = `aws/lambda/${stream}/${numbers.join('-')}`;
    await aws.s3.send(new PutObjectCommand({ Bucket: 'dead-letters', Key: key, Body: giveUp(stream, numbers) }));
    return notice([key]);
  };
  for (const batches of all) {
    await Promise.all(
      batches.map(async (batch) => {
        const parked = batch.flatMap((each) =>
          'parked' in each ? [JSON.stringify(parkedMessage(stream, each.parked))] : [],
        );
        const notices = await Promise.all(batch.flatMap((each) => ('givenUp' in each ? [noticeOf(each.givenUp)] : [])));
        const answers = await Promise.all([intake.parked(parked), intake.givenUp(notices)]);
        for (const { batchItemFailures } of answers) expect(batchItemFailures).toEqual([]);
      }),
    );
  }
};

describe('the table of dead letters', () => {
  it('is the same whatever is delivered how often, in whichever order and at once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.context(), async (all, context) => {
        const stream = `s-${randomUUID()}`;
        await takeInAll(stream, all);
        const flat = all.flat(2);
        const parked = new Set(flat.flatMap((each) => ('parked' in each ? [each.parked] : [])));
        const numbers = [...new Set([...parked, ...flat.flatMap((each) => ('givenUp' in each ? each.givenUp : []))])];
        const entries = await entriesOf(aws, stream);
        context.log(JSON.stringify(entries.map(({ id, via }) => [id, via])));
        const expected = numbers
          .map((n) => ({
            id: idOf(stream, n),
            via: parked.has(n) ? 'parked' : 'given-up',
            reason: parked.has(n) ? 'broken-rule' : 'RetryAttemptsExhausted',
            correlationId: parked.has(n) ? `c${n}` : null,
            bytes: new Uint8Array(bytesOf(n)),
          }))
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(
          entries.map(({ id, via, reason, correlationId, bytes }) => ({ id, via, reason, correlationId, bytes })),
        ).toEqual(expected);
        // And once more: nothing is added, nothing changes.
        await takeInAll(stream, all.toReversed());
        expect(await entriesOf(aws, stream)).toEqual(entries);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
