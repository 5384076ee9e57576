import type { BytesPlace } from '../../shared/dead-letters/entry.ts';
import type { ParkedMessage } from '../../shared/dead-letters/parked-message.ts';
import { schemaIdIn } from '../../shared/serde/frame.ts';
import type { StreamPosition } from '../../shared/stream/position.ts';
import { recordsOf, type GiveUp } from './give-up.ts';

/** A dead letter on its way into the table: all that its delivery says of it. Times are ISO 8601, UTC. */
export interface Letter {
  readonly position: StreamPosition;
  readonly via: 'parked' | 'given-up';
  readonly source: string;
  readonly reason: string;
  readonly stage: string | null;
  readonly errorClass: string | null;
  readonly message: string;
  readonly schemaId: string | null;
  readonly correlationId: string | null;
  readonly arrivedAt: string;
  readonly failedAt: string;
  readonly attempts: number;
  readonly size: number;
  /** The bytes, or where whoever parked the record has put them. */
  readonly bytes: Buffer | BytesPlace;
}

/** An item ends at 400 KB: only the bytes may be large. */
const longestMessage = 1_000;

/** One way to write a time, or times could not be compared as text. */
const utc = (time: string | number): string => new Date(time).toISOString();

/** What a give-up says of the function; that it was called at all is known only where there is an answer. */
const lastAnswer = ({ responseContext }: GiveUp): string => {
  if (!responseContext) return 'with no answer of the function to tell of';
  return responseContext.functionError == null
    ? 'the function having answered that it is not finished'
    : 'the function having crashed';
};

export const letterOfParked = (parked: ParkedMessage): Letter => {
  const { reason, stage, errorClass, message, source, position, schemaId, correlationId, attempts, size } = parked;
  return {
    position,
    via: 'parked',
    source,
    reason,
    stage,
    errorClass,
    message: message.slice(0, longestMessage),
    schemaId,
    correlationId,
    arrivedAt: utc(parked.arrivedAt),
    failedAt: utc(parked.parkedAt),
    attempts,
    size,
    bytes: parked.bytesAt ?? Buffer.from(parked.bytes ?? '', 'base64'),
  };
};

/**
 * A letter for every record of the batch. Lambda cannot know which of them were stored before a crash, and neither can
 * we: an account takes one that is stored as well for stored.
 * @param sources - by name of the stream; a stream that is in none is named as the source itself
 */
export const lettersOfGiveUp = (giveUp: GiveUp, sources: ReadonlyMap<string, string>): Letter[] => {
  const { condition, approximateInvokeCount } = giveUp.requestContext;
  return recordsOf(giveUp).map(({ position, bytes, arrivedAt }) => ({
    position,
    via: 'given-up',
    source: sources.get(position.stream) ?? position.stream,
    reason: condition,
    stage: null,
    errorClass: giveUp.responseContext?.functionError ?? null,
    message: `Lambda gave up on its batch after ${approximateInvokeCount} attempts, ${lastAnswer(giveUp)}`,
    schemaId: schemaIdIn(bytes),
    correlationId: null,
    arrivedAt: utc(arrivedAt),
    failedAt: utc(giveUp.timestamp),
    attempts: approximateInvokeCount,
    size: bytes.length,
    bytes,
  }));
};
