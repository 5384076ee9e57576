import type { KinesisStreamEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { readKinesisEvent, type StreamRecord } from '../../shared/batch/kinesis.ts';
import { parseJson } from './foreign-message.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

/** What Lambda writes when it gives up on a batch (AWS: "Retain discarded batch records for a Kinesis event source"). */
const GiveUp = z.object({
  requestContext: z.object({
    condition: text(64),
    approximateInvokeCount: z.int().check(z.nonnegative()),
  }),
  /**
   * Lambda leaves it out where age ended the batch. `functionError` is null where the function answered, and named
   * records that are not finished.
   */
  responseContext: z.nullish(z.object({ functionError: z.nullish(text(200)) })),
  timestamp: z.iso.datetime(),
  /** The event as the function got it, once more as JSON. */
  payload: z.string(),
});
export type GiveUp = Readonly<z.output<typeof GiveUp>>;

const Batch = z.object({
  Records: z.array(
    z.looseObject({
      eventID: text(400),
      eventSourceARN: text(400),
      kinesis: z.looseObject({
        sequenceNumber: z.string().check(z.regex(/^\d{1,128}$/)),
        data: z.base64(),
        approximateArrivalTimestamp: z.number(),
      }),
    }),
  ),
});

/** @throws ForeignMessageError where the object is not as Lambda writes it */
export const readGiveUp = (json: string, key: string): GiveUp => parseJson(GiveUp, json, `the give-up ${key}`);

/** @throws ForeignMessageError where the payload is no batch of a stream */
export const recordsOf = ({ payload }: GiveUp): StreamRecord[] =>
  // What it reads of an event is what is checked here.
  readKinesisEvent(parseJson(Batch, payload, 'the payload of a give-up') as unknown as KinesisStreamEvent);
