import { faultOf, sqlStateOf } from '../../shared/database/sqlstate.ts';
import { PlatformError } from '../../shared/errors/platform-error.ts';

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/** A word that a service or the system chose for the error. A message is never shown: it may quote anything. */
const wordOf = ({ code, name }: Failure): string | undefined =>
  [code, name].find((word): word is string => typeof word === 'string' && /^[A-Za-z][\w.-]{1,59}$/.test(word));

const refusals =
  /AccessDenied|Forbidden|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNotMatch/;
const absences = /NotFound|NonExistent|NoSuch|DoesNotExist/;

/** What kept a check from succeeding, in words for an operator: the error by its name, and the way out. */
export const problemOf = (error: unknown): string => {
  if (error instanceof PlatformError) return error.message;
  if (typeof error !== 'object' || error === null) return 'failed and said nothing more: look into the function’s log';
  const sqlState = sqlStateOf(error);
  // Five capitals alone are an error of the system, such as EPIPE: a SQLSTATE has a digit.
  if (sqlState !== undefined && /\d/.test(sqlState)) {
    return faultOf(error) === 'halt'
      ? `refused us (SQLSTATE ${sqlState}): check that the migration function has made our user`
      : `did not answer the statement (SQLSTATE ${sqlState}): check that it runs and takes connections`;
  }
  const failure = error as Failure;
  const word = wordOf(failure) ?? 'no name';
  const status = failure.$metadata?.httpStatusCode;
  if (refusals.test(word) || status === 401 || status === 403) {
    return `refused us (${word}): check the rights of this function’s role`;
  }
  if (absences.test(word) || status === 404) {
    return `is not there (${word}): check that it is deployed, and its name in this function’s environment`;
  }
  return typeof status === 'number'
    ? `failed (${word}, HTTP ${status}): try again; if it lasts, AWS Health knows`
    : `cannot be reached (${word}): check that it runs and that our network leads there`;
};
