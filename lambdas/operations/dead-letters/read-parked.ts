import { ParkedMessage } from '../../shared/dead-letters/parked-message.ts';
import { ForeignMessageError, parseJson } from './foreign-message.ts';
import { letterOfParked } from './letter.ts';
import type { ReadLetters } from './take-in.ts';

/** A message of the parked queue is one letter. */
export const readParked: ReadLetters = async (body) => {
  const message = parseJson(ParkedMessage, body, 'the parked message');
  if ((message.bytes === undefined) === (message.bytesAt === undefined))
    throw new ForeignMessageError('the parked message must have either bytes or their place');
  const letter = letterOfParked(message);
  if (Buffer.isBuffer(letter.bytes) && letter.bytes.length !== letter.size)
    throw new ForeignMessageError(`the parked message has ${letter.bytes.length} bytes and says ${letter.size}`);
  return [letter];
};
