import type { Context } from 'aws-lambda';
import { sqlStateOf, faultOf } from '../shared/database/sqlstate.ts';
import { dispositionOf, PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import { serviceError } from '../shared/aws/service-error.ts';
import { createResilient, type Resilient, type RetryBudget } from '../shared/resilience/retry.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { Dependency } from './away.ts';
import type { Breakers } from './breakers.ts';

/** More than fit: half the timeout ends the retries in place, and then the mapping's own attempts begin. */
const maxRetries = 1_000;
/** An attempt that hangs must leave time for others. */
const attemptsThatFit = 3;
/**
 * How much of the time for retries is over when a step gives up, so that what one step waits for leaves the next its
 * turn: what can be decoded is stored while the registry is away, and rejects are parked while the store is.
 */
const until = { decode: 0.5, record: 0.75, parkAndProject: 1 } as const;

/**
 * A record of an unknown schema is rejected when it is three seconds old, and its lane waits for that moment: it must not
 * be missed by a second. The registry is not asked more often for it, since its answer is remembered for a second.
 */
const forSchemas = { longestDelayMs: 200 } as const;

/** How each step tries again in place. */
export interface Retries {
  readonly decode: Resilient;
  readonly store: Resilient;
  readonly park: Resilient;
  readonly 'entity-state': Resilient;
}

/**
 * The retries of one invocation, in half of the time that is left to it. Each attempt goes through the breaker of what it
 * calls; the registry has its own inside the decoder, and parking has three inside the store of what is parked.
 * @returns also when they end, milliseconds since the epoch
 */
export const retriesIn = (
  context: Context,
  breakers: Breakers,
  telemetry: Telemetry,
  now: () => number,
): { readonly deadline: number; readonly retries: Retries } => {
  const startedAt = now();
  const halfMs = context.getRemainingTimeInMillis() / 2;
  const resilient = (
    part: number,
    mayHelp: (error: unknown) => boolean,
    reason: (error: unknown) => string,
    pauses: Pick<RetryBudget, 'longestDelayMs'> = {},
  ): Resilient =>
    createResilient(
      { maxRetries, attemptTimeoutMs: halfMs / attemptsThatFit, now, ...pauses, deadline: startedAt + halfMs * part },
      mayHelp,
      (error) => telemetry.countByReason('Retries', reason(error), 1),
    );
  const through = (dependency: Dependency, retrying: Resilient): Resilient => {
    const breaker = breakers[dependency];
    return (attempt) => retrying((timeoutMs) => breaker.execute(() => attempt(timeoutMs)));
  };
  return {
    deadline: startedAt + halfMs,
    retries: {
      decode: resilient(until.decode, () => true, reasonOf, forSchemas),
      store: through(
        'store',
        resilient(
          until.record,
          (error) => faultOf(error) === 'retry',
          (error) => `store ${whatOf(error) ?? sqlStateOf(error) ?? 'connection'}`,
        ),
      ),
      park: resilient(
        until.parkAndProject,
        (error) => error instanceof PlatformError && error.disposition === 'retry',
        (error) => `${reasonOf(error)} ${nameOf(error)}`,
      ),
      'entity-state': through(
        'entity-state',
        resilient(
          until.parkAndProject,
          (error) => dispositionOf(serviceError('entity-state', error)) === 'retry',
          (error) => `entity-state ${nameOf(error)}`,
        ),
      ),
    },
  };
};

/** What is ours to throw before a call is made: its breaker is open. */
const whatOf = (error: unknown): string | undefined => (error instanceof PlatformError ? 'breaker' : undefined);

/** What a service said, also where its error has become ours. */
const nameOf = (error: unknown): string => {
  if (error instanceof PlatformError) return String(error.details['name'] ?? 'breaker');
  return error instanceof Error ? error.name : 'unknown';
};
