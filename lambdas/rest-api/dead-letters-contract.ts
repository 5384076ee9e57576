import * as z from 'zod/mini';
import { DeadLetterSummary } from '../shared/dead-letters/entry.ts';
import { matching, wholeNumber } from './http/parameters.ts';

const name = /^[\w.-]{1,128}$/;

export const DeadLettersQuery = z.strictObject({
  source: z.optional(matching(name, 'the name of a source, such as market, or left out for all')),
  reason: z.optional(matching(name, 'a reject reason, such as broken-rule, or what Lambda says of a give-up')),
  limit: z.optional(wholeNumber(1, 500, 'a whole number from 1 to 500')),
});

export const DeadLetterPath = z.strictObject({
  id: matching(/^[^/]+(\/[^/]+){2,}$/, 'the id of a dead letter as a list has it: stream/shard/sequenceNumber'),
});

export const DeadLetterList = z.object({
  /** Newest first, without bytes. */
  deadLetters: z.array(DeadLetterSummary),
  /** There are older ones. */
  more: z.boolean(),
});

export const DeadLetterDetail = z.extend(DeadLetterSummary, {
  /** The record as the stream delivered it, base64; null where the object that held it is gone. */
  bytes: z.nullable(z.base64()),
  /** Only the beginning of the bytes is here. */
  truncated: z.boolean(),
});
