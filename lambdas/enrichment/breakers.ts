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
  const service = (dependency: Exclude<Dependency, 'store' | 'registry'>): Breaker =>
    breakerOf({ dependency, isFailure: isServiceAway(dependency) });
  return {
    store: breakerOf({ dependency: 'store', isFailure: isStoreAway }),
    registry: breakerOf(registryFailures),
    'entity-state': service('entity-state'),
    // Parking calls three services, and not each of them for each reject: what one answers says nothing of the others.
    idempotency: service('idempotency'),
    'dead-letter-bucket': service('dead-letter-bucket'),
    'parked-queue': service('parked-queue'),
  };
};
