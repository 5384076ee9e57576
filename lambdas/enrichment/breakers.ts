import { type Breaker, type BreakerOptions, createBreaker } from '../shared/resilience/breaker.ts';
import { tellOfBreaker } from '../shared/resilience/breaker-metrics.ts';
import { registryFailures } from '../shared/serde/registry.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import { type Dependency, isServiceAway, isStoreAway } from './away.ts';

export type Breakers = Readonly<Record<Dependency, Pick<Breaker, 'execute' | 'openForMs'>>>;

/** A breaker for each dependency, shared with all instances of all sources. */
export const createBreakers = (
  shared: Pick<BreakerOptions, 'store' | 'instance' | 'now'>,
  telemetry: Telemetry,
): Readonly<Record<Dependency, Breaker>> => {
  const breakerOf = (rules: Pick<BreakerOptions, 'dependency' | 'isFailure' | 'failures'>): Breaker =>
    createBreaker({ ...shared, ...rules, onEvent: tellOfBreaker(telemetry, rules.dependency) });
  return {
    store: breakerOf({ dependency: 'store', isFailure: isStoreAway }),
    registry: breakerOf(registryFailures),
    // Parking is one thing to whoever waits for it: the queue, the memory of what was sent, and the bucket for what is large.
    'parked-queue': breakerOf({ dependency: 'parked-queue', isFailure: isServiceAway('parked-queue') }),
    'entity-state': breakerOf({ dependency: 'entity-state', isFailure: isServiceAway('entity-state') }),
  };
};
