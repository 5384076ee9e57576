import { serviceError } from '../shared/aws/service-error.ts';
import { faultOf, sqlStateOf } from '../shared/database/sqlstate.ts';

/** What an instance depends on for a batch, each behind a breaker: the reasons of outages. */
export type Dependency = 'store' | 'registry' | 'entity-state' | Parking;

/** What parking a reject takes: the memory of what was sent, the bucket for what is large, the queue. */
export type Parking = 'idempotency' | 'dead-letter-bucket' | 'parked-queue';

const isBug = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

/** Whether the database is away, or answers nobody. A deadlock (class 40), a record's fault and a `halt` are answers. */
export const isStoreAway = (error: unknown): boolean =>
  !isBug(error) && faultOf(error) === 'retry' && sqlStateOf(error)?.startsWith('40') !== true;

/** What a service says of one request, and not of itself. */
const answers = new Set([
  'ConditionalCheckFailedException',
  'ValidationException',
  'ItemCollectionSizeLimitExceededException',
  'BatchRequestTooLong',
  'InvalidMessageContents',
]);

/** Whether a service is away, hangs or throttles us. A refusal of one request is an answer, and so is a `halt`. */
export const isServiceAway =
  (dependency: string) =>
  (error: unknown): boolean => {
    if (isBug(error) || (error instanceof Error && answers.has(error.name))) return false;
    return serviceError(dependency, error).disposition === 'retry';
  };

/** Powertools wraps what DynamoDB said; the name that decides is the cause's. */
export const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.name.startsWith('Idempotency') && error.cause ? error.cause : error;
