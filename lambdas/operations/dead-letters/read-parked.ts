import { ParkedMessage, ProbeMark } from '../../shared/dead-letters/parked-message.ts';
import { ForeignMessageError, parseJson } from './foreign-message.ts';
import { letterOfParked } from './letter.ts';
import type { ReadLetters } from './take-in.ts';

/** As whoever probes writes it: a mark is told by its beginning, so that anything else is judged as a parked record. */
const beginsMark = '{"probe":';

/** A message of the parked queue is one letter, or the mark of a probe. */
export const readParked: ReadLetters = async (body) => {
  if (body.startsWith(beginsMark)) return parseJson(ProbeMark, body, 'the mark of a probe');
  const message = parseJson(ParkedMessage, body, 'the parked message');
  if ((message.bytes === undefined) === (message.bytesAt === undefined))
    throw new ForeignMessageError('the parked message must have either bytes or their place');
  const letter = letterOfParked(message);
  if (Buffer.isBuffer(letter.bytes) && letter.bytes.length !== letter.size)
    throw new ForeignMessageError(`the parked message has ${letter.bytes.length} bytes and says ${letter.size}`);
  return [letter];
};
