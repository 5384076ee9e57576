import type { KinesisStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { readKinesisEvent } from '../../lambdas/shared/batch/kinesis.ts';
import type { DeadLetter } from '../account/evidence.ts';
import { digestOf } from '../account/digest.ts';

/** What Lambda writes when it gives up on a batch (AWS: "Retain discarded batch records for a Kinesis event source"). */
const GivenUp = z.object({
  requestContext: z.object({ condition: z.string() }),
  payload: z.string(),
});

const Batch = z.object({
  Records: z.array(
    z.looseObject({
      eventID: z.string(),
      eventSourceARN: z.string(),
      kinesis: z.looseObject({
        sequenceNumber: z.string(),
        data: z.base64(),
        approximateArrivalTimestamp: z.number(),
      }),
    }),
  ),
});

const parse = <T>(schema: z.ZodType<T>, text: string, key: string): T => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`the give-up ${key} is not JSON`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error(`the give-up ${key}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

/**
 * The records of one give-up.
 * @param sources - by name of the stream
 * @throws Error naming the object that is not as Lambda writes it
 */
export const readGivenUpLetters = (text: string, key: string, sources: ReadonlyMap<string, string>): DeadLetter[] => {
  const { requestContext, payload } = parse(GivenUp, text, key);
  const batch = parse(Batch, payload, key);
  // What it reads of an event is what was just checked.
  return readKinesisEvent(batch as unknown as KinesisStreamEvent).map(({ position, bytes, arrivedAt }) => ({
    source: sources.get(position.stream) ?? position.stream,
    position,
    reason: requestContext.condition,
    arrivedAt,
    via: 'given-up',
    digest: digestOf(bytes),
  }));
};
