import { PlatformError, UnavailableError } from '../shared/errors/platform-error.ts';
import type { SignedPost } from '../shared/aws/signed-post.ts';
import type { Breaker } from '../shared/resilience/breaker.ts';
import { answersOf, type EventAnswer } from './publish-answer.ts';

/**
 * Publishes at most five bodies to a channel with one call, and answers for each.
 * @throws PlatformError where the whole call came to nothing; then any of them may still have been sent
 */
export type Publish = (
  channel: string,
  bodies: readonly string[],
  timeoutMs: number,
) => Promise<readonly EventAnswer[]>;

/** @param breaker - of AppSync Events */
export const createPublisher =
  (post: SignedPost, breaker: Pick<Breaker, 'execute'>): Publish =>
  (channel, bodies, timeoutMs) =>
    breaker.execute(async () => {
      const { status, body } = await post('/event', JSON.stringify({ channel, events: bodies }), timeoutMs).catch(
        (error: unknown) => {
          if (error instanceof PlatformError) throw error;
          const name = error instanceof Error ? error.name : 'unknown';
          throw new UnavailableError('events', `AppSync did not answer (${name})`, { name }, { cause: error });
        },
      );
      return answersOf(status, body, bodies.length);
    });
