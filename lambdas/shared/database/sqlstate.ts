import { MisconfiguredError, PlatformError, UnavailableError } from '../errors/platform-error.ts';

/** What a failed statement means (DESIGN section 1): `record` is one record's fault, found by halving the batch. */
export type StatementFault = 'retry' | 'halt' | 'record';

const faultOfClass: Readonly<Record<string, StatementFault>> = {
  '08': 'retry', // connection exception
  '40': 'retry', // transaction rollback: deadlock 40P01, serialization 40001
  '53': 'retry', // insufficient resources
  '57': 'retry', // operator intervention: shutdown, failover, cancelled
  '58': 'retry', // system error
  '28': 'halt', // invalid authorization
  '3D': 'halt', // no such database
  '42': 'halt', // a table, column or right that is not there
  '22': 'record', // data exception: U+0000, a cut emoji, a number out of range
  '23': 'record', // a constraint
};

/** The five-character SQLSTATE of an error of PostgreSQL's, or undefined where the error never came from the server. */
export const sqlStateOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** A lost or refused connection has no SQLSTATE and is `retry`, as is any class that is not listed: attempts are finite. */
export const faultOf = (error: unknown): StatementFault =>
  faultOfClass[sqlStateOf(error)?.slice(0, 2) ?? ''] ?? 'retry';

/** The error that carries the disposition of a `retry` or `halt` fault; one of ours stays as it is. The server's message may quote data and is not kept. */
export const storeError = (error: unknown): PlatformError => {
  if (error instanceof PlatformError) return error;
  const sqlState = sqlStateOf(error) ?? 'none';
  return faultOf(error) === 'halt'
    ? new MisconfiguredError('store', `the database refused us (SQLSTATE ${sqlState})`, { sqlState }, { cause: error })
    : new UnavailableError(
        'store',
        `the database did not answer (SQLSTATE ${sqlState})`,
        { sqlState },
        { cause: error },
      );
};
