import * as z from 'zod/mini';
import { MisconfiguredError, PlatformError, UnavailableError } from '../shared/errors/platform-error.ts';

/** AppSync will never take this event, as it said of the event itself. */
export class RefusedEventError extends PlatformError {
  readonly disposition = 'reject';
  readonly reason = 'refused';
}

/**
 * AppSync did not take the call. Which of its events is at fault, or whether the channel or the signature is (a wrong one
 * is a bad request, too), is not said: `halt`, until events of the call are tried alone.
 */
export class RefusedCallError extends PlatformError {
  readonly disposition = 'halt';
  readonly reason = 'bad-request';
}

/** What became of one event of a call. */
export type EventAnswer = 'accepted' | PlatformError;

const dependency = 'events';

const Failed = z.object({
  index: z.int().check(z.nonnegative()),
  code: z.optional(z.union([z.number(), z.string()])),
});
const Answer = z.object({
  successful: z.optional(z.array(z.object({ index: z.int().check(z.nonnegative()) }))),
  failed: z.optional(z.array(Failed)),
});

/** What says that it is the event, in numbers as HTTP has them or in the names of AppSync's errors. */
const refusals = new Set([
  '400',
  '413',
  '422',
  'BadRequestException',
  'ValidationException',
  'PayloadTooLargeException',
]);

const failedEvent = ({ code }: z.output<typeof Failed>): PlatformError => {
  const said = String(code ?? 'none');
  return refusals.has(said)
    ? new RefusedEventError(`AppSync refused the event (code ${said})`, { code: said })
    : new UnavailableError(dependency, `AppSync did not take the event (code ${said})`, { code: said });
};

/** The answer of each event of a call; one that is not named in it counts as not taken. */
const readAnswer = (text: string, count: number): EventAnswer[] => {
  const parsed = Answer.safeParse(parse(text));
  const unknown = new UnavailableError(dependency, 'AppSync answered without a word about the event', { code: 'none' });
  const answers: EventAnswer[] = Array.from({ length: count }, () => unknown);
  if (!parsed.success) return answers;
  const { successful = [], failed = [] } = parsed.data;
  for (const { index } of successful) if (index < count) answers[index] = 'accepted';
  for (const failure of failed) if (failure.index < count) answers[failure.index] = failedEvent(failure);
  return answers;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const Errors = z.object({ errors: z.array(z.object({ errorType: z.string() })).check(z.minLength(1)) });

/** The name of a call's error, which says more than its status: AWS answers throttles and wrong signatures as 400, too. */
const errorTypeOf = (body: string): string => {
  const parsed = Errors.safeParse(parse(body));
  return parsed.success ? (parsed.data.errors[0]?.errorType ?? 'none') : 'none';
};

const saysLater = /Throttl|TooManyRequests|LimitExceeded|Unavailable|Internal|Timeout/i;
const saysWho = /Signature|Token|Unauthorized|AccessDenied|Forbidden|UnrecognizedClient|NotFound/i;

/**
 * What an answer to a publish means for each of its events.
 * @param count - events in the call
 * @throws RefusedCallError where the call is refused, MisconfiguredError where we are, UnavailableError for the rest
 */
export const answersOf = (status: number, body: string, count: number): readonly EventAnswer[] => {
  if (status >= 200 && status < 300) return readAnswer(body, count);
  const errorType = errorTypeOf(body);
  const details = { status, errorType };
  const said = `status ${status}, ${errorType}`;
  if (saysLater.test(errorType))
    throw new UnavailableError(dependency, `AppSync did not take the call (${said})`, details);
  if (saysWho.test(errorType) || status === 401 || status === 403 || status === 404)
    throw new MisconfiguredError(
      dependency,
      `AppSync refused us (${said}): check the API, its namespaces and our rights`,
      details,
    );
  if (status === 413 && count === 1)
    return [new RefusedEventError(`AppSync refused the event: too large (${said})`, details)];
  if (status === 400 || status === 413) throw new RefusedCallError(`AppSync refused the call (${said})`, details);
  throw new UnavailableError(dependency, `AppSync did not take the call (${said})`, details);
};
