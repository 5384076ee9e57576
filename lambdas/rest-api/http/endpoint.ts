import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { dispositionOf, reasonOf } from '../../shared/errors/platform-error.ts';
import { createResilient, type Resilient } from '../../shared/resilience/retry.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import { ProblemError } from './problem.ts';

/** What is asked, without the rest of the request. */
export interface Request {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Retries within the time that a reader waits for. */
  readonly resilient: Resilient;
  /** Ends with that time. */
  readonly signal: AbortSignal;
}

/** Answers a request of an HTTP API, payload format 2.0. */
export type Endpoint = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** API Gateway waits for 30 s, a person does not: after this a reader is told to come again. */
const longestMs = 8_000;
const attemptsThatFit = 2;

const answer = (statusCode: number, body: string, more: Readonly<Record<string, string>> = {}) => ({
  statusCode,
  // What was true a moment ago is wrong now: a cache between us and the reader would make a gap.
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...more },
  body,
});

/** What may pass by itself is told as such; anything else is a crash, which API Gateway answers with 500. */
const problemOf = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error;
  if (dispositionOf(error) !== 'retry' || reasonOf(error) === 'unexpected') throw error;
  return new ProblemError(
    { error: 'unavailable', message: `${reasonOf(error)} does not answer: ask again in a moment` },
    { cause: error },
  );
};

/**
 * @param read - gives the body of a success, as JSON text; throws a ProblemError for any other answer
 */
export const endpoint =
  (
    { telemetry, now }: { readonly telemetry: Telemetry; readonly now: () => number },
    read: (request: Request) => Promise<string>,
  ): Endpoint =>
  async ({ pathParameters = {}, queryStringParameters = {} }, context) => {
    const timeMs = Math.min(longestMs, context.getRemainingTimeInMillis() / 2);
    const resilient = createResilient(
      { deadline: now() + timeMs, maxRetries: 10, attemptTimeoutMs: timeMs / attemptsThatFit, now },
      (error) => dispositionOf(error) === 'retry',
      (error) => telemetry.countByReason('Retries', reasonOf(error), 1),
    );
    try {
      const signal = AbortSignal.timeout(timeMs);
      const body = await read({ path: pathParameters, query: queryStringParameters, resilient, signal });
      telemetry.countByReason('Answers', '200', 1);
      return answer(200, body);
    } catch (error) {
      const { status, problem, cause } = problemOf(error);
      telemetry.countByReason('Answers', String(status), 1);
      if (status >= 500) telemetry.warn('a request that could not be answered', { reason: reasonOf(cause) });
      return answer(status, JSON.stringify(problem), status === 503 ? { 'retry-after': '1' } : {});
    } finally {
      telemetry.publish();
    }
  };
