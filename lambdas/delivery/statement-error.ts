import { PlatformError } from '../shared/errors/platform-error.ts';
import { faultOf, sqlStateOf, storeError } from '../shared/database/sqlstate.ts';

/** A value of one channel cannot be stored or read: it takes no other down with it, and nothing but its repair helps. */
class ChannelFaultError extends PlatformError {
  readonly disposition = 'halt';
  readonly reason = 'row';
}

/** A statement of many channels was not answered in its time: fewer may be. */
export class SlowStatementError extends PlatformError {
  readonly disposition = 'retry';
  readonly reason = 'slow-statement';
}

/** Beside the faults of records (DESIGN section 1): a subquery of several rows, an index entry that is too large. */
const faultClasses = new Set(['21', '54']);

/** What node-postgres says where no answer came in time. */
const isTimeOut = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** What a failed statement of many channels means: an error that dividing them may help against, or the store's own. */
export const divisibleError = (error: unknown): PlatformError => {
  const sqlState = sqlStateOf(error) ?? 'none';
  if (faultOf(error) === 'record' || faultClasses.has(sqlState.slice(0, 2)))
    return new ChannelFaultError(`the database refused a value (SQLSTATE ${sqlState})`, { sqlState }, { cause: error });
  if (isTimeOut(error)) return new SlowStatementError('a statement took too long', {}, { cause: error });
  return storeError(error);
};

/**
 * Runs a statement for many; where one of them may be at fault, or there are too many, for each half of them.
 * @param alone - told of one that fails alone
 * @param onSlow - told how many were too many
 */
export const inParts = async <T, R>(
  items: readonly T[],
  run: (some: readonly T[]) => Promise<R>,
  alone: (item: T, error: PlatformError) => Promise<void>,
  onSlow: (count: number) => void = () => {},
): Promise<R[]> => {
  const [only] = items;
  if (only === undefined) return [];
  try {
    return [await run(items)];
  } catch (error) {
    if (!(error instanceof ChannelFaultError || error instanceof SlowStatementError)) throw error;
    if (error instanceof SlowStatementError) onSlow(items.length);
    if (items.length === 1) {
      await alone(only, error);
      return [];
    }
    const half = Math.ceil(items.length / 2);
    const first = await inParts(items.slice(0, half), run, alone, onSlow);
    return [...first, ...(await inParts(items.slice(half), run, alone, onSlow))];
  }
};
