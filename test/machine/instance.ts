import type { Context } from 'aws-lambda';
import { createBreakers } from '../../lambdas/enrichment/breakers.ts';
import type { EnrichmentDependencies } from '../../lambdas/enrichment/dependencies.ts';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import { createEntityStateStore } from '../../lambdas/enrichment/entity-state-store.ts';
import { createEventStore } from '../../lambdas/enrichment/event-store.ts';
import { createMarkStore } from '../../lambdas/enrichment/mark-store.ts';
import { createParkedStore } from '../../lambdas/enrichment/parked-store.ts';
import { isProbe, probeRecords } from '../../lambdas/enrichment/probe-records.ts';
import type { SourceDefinition } from '../../lambdas/enrichment/source.ts';
import { createVerdictStore } from '../../lambdas/enrichment/verdict-store.ts';
import { createWakeStore } from '../../lambdas/enrichment/wake-store.ts';
import { MisconfiguredError, RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';
import { createHoldStore, type HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { createBreakerStore } from '../../lambdas/shared/resilience/breaker-store.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { emptyRegistry } from '../feeds/support/empty-registry.ts';
import { schemaIds } from '../feeds/support/encoder.ts';
import type { Clients } from './clients.ts';
import type { Process } from './faults.ts';
import type { Handler } from './function-host.ts';
import { source } from './records.ts';
import type { BadDeploy } from './scenario.ts';
import { silent } from './silent.ts';

/** What a test may put in the place of the real thing, to see whether the properties notice. */
export interface Variants {
  readonly dependencies?: (real: EnrichmentDependencies) => EnrichmentDependencies;
  readonly handler?: (real: Handler, dependencies: EnrichmentDependencies) => Handler;
  /** Of the keeper. */
  readonly holds?: (real: HoldStore) => HoldStore;
}

/** What is deployed: its number, and what is bad about it. */
export interface Version {
  readonly number: number;
  readonly bad: BadDeploy['how'] | undefined;
}

/** The reason that only a bad deploy gives. */
export const badReason = 'too-old';

const names = {
  source: 'market',
  queueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/parked',
  bucket: 'bucket',
  idempotencyTable: 'idempotency',
  entityStateTable: 'entity-state',
};
const wakeQueueUrl = 'https://sqs.eu-west-1.amazonaws.com/000000000000/wake';

/** One for all instances: all that it remembers are schemas. */
const decoder = createDecoder({
  subjects: Object.keys(source.enrichers),
  schemaIds,
  registry: emptyRegistry,
  maxRecordBytes: 10_000,
  maxInflatedBytes: 10_000,
  now: () => Date.now(),
});

const failing = (how: BadDeploy['how']): never => {
  if (how === 'halts') throw new MisconfiguredError('schema', 'a reader that was never tried');
  throw new RejectedRecordError(badReason, 'enrich', 'occurredAt: a bug in a rule');
};

const sourceIn = ({ bad }: Version): SourceDefinition =>
  bad === undefined
    ? source
    : { ...source, enrichers: { 'market-quote': () => failing(bad), 'market-trade': () => failing(bad) } };

/** As lambdas/enrichment/dependencies.ts connects them, to what is kept in memory. */
const connect = (
  clients: Clients,
  { name }: Process,
  version: Version,
  holdAfterSeconds: number,
  breakers = createBreakers(
    { store: createBreakerStore(clients.dynamodb, 'controls'), instance: name, now: Date.now },
    silent,
  ),
): EnrichmentDependencies => ({
  source: sourceIn(version),
  rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
  decoder,
  events: createEventStore(clients.database, 'market', source.windowSpans),
  entityState: createEntityStateStore(clients.dynamodb, 'entity-state', 'market'),
  parked: createParkedStore(clients, breakers, names, Date.now),
  wakes: createWakeStore(clients.sqs, wakeQueueUrl, silent, Date.now),
  holds: createHoldStore(clients.dynamodb, 'controls'),
  verdicts: createVerdictStore(clients.dynamodb, 'controls'),
  breakers,
  deployment: `version ${version.number}`,
  holdAfterSeconds,
  telemetry: silent,
  now: Date.now,
});

/** A cold start of the function of enrichment, as enrich-events.handler.ts puts it together. */
export const startEnrichment = (
  clients: Clients,
  process: Process,
  version: Version,
  holdAfterSeconds: number,
  variants: Variants,
): Handler => {
  const real = connect(clients, process, version, holdAfterSeconds);
  const dependencies = variants.dependencies?.(real) ?? real;
  const enrich = enrichEvents(dependencies) as (event: never, context: Context) => Promise<unknown>;
  const handler = variants.handler?.(enrich, dependencies) ?? enrich;
  const marks = createMarkStore(clients, names, Date.now);
  const probe = probeRecords({ ...dependencies, marks });
  return (event, context) => (isProbe(event) ? probe(event) : handler(event, context));
};
