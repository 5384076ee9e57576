import type { Context } from 'aws-lambda';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import type { EnrichmentDependencies } from '../../lambdas/enrichment/dependencies.ts';
import { createEntityStateStore } from '../../lambdas/enrichment/entity-state-store.ts';
import { createEventStore } from '../../lambdas/enrichment/event-store.ts';
import { createBreakers } from '../../lambdas/enrichment/breakers.ts';
import { createVerdictStore } from '../../lambdas/enrichment/verdict-store.ts';
import { createHoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { createBreakerStore } from '../../lambdas/shared/resilience/breaker-store.ts';
import { createParkedStore } from '../../lambdas/enrichment/parked-store.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { emptyRegistry } from '../feeds/support/empty-registry.ts';
import { schemaIds } from '../feeds/support/encoder.ts';
import { morning } from '../support/events.ts';
import { clientsOf, type Backends, type Clients } from './clients.ts';
import { onSimulatedTime, type SimulatedTime } from './clock.ts';
import { createGate, type Gate, type Process } from './faults.ts';
import { createFunction, type Handler } from './function-host.ts';
import { createInMemoryTables } from './in-memory-tables.ts';
import { Tables } from './in-memory-store.ts';
import { createIntakes } from './intakes.ts';
import { createQueue } from './queue.ts';
import { source } from './records.ts';
import type { Scenario } from './scenario.ts';
import { createStream, pollShards, type Stream } from './stream.ts';

/** A day after the events' own time. */
export const startOfTime = morning / 1000 + 3_600_000;

/** What a test may put in the place of the real thing, to see whether the properties notice. */
export interface Variants {
  readonly dependencies?: (real: EnrichmentDependencies, clients: Clients) => EnrichmentDependencies;
  readonly handler?: (real: Handler, dependencies: EnrichmentDependencies) => Handler;
  /** What the poller makes of an answer. */
  readonly answer?: (payload: unknown) => unknown;
}

export interface Settings {
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxAgeMs: number;
  readonly holdAfterSeconds: number;
}
/** Attempts enough for every crash that a scenario plans, and short enough to see a crashing record given up. */
export const smallSettings: Settings = {
  timeoutMs: 20_000,
  maxAttempts: 40,
  maxAgeMs: 6 * 3_600_000,
  holdAfterSeconds: 60,
};

export interface World {
  readonly backends: Backends;
  readonly stream: Stream;
  readonly gate: Gate;
  readonly invocations: number;
}

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/000000000000/parked';
const silent: Telemetry = {
  count() {},
  countByReason() {},
  duration() {},
  info() {},
  warn() {},
  error() {},
  publish() {},
};

/** One for all instances: all that it remembers are schemas. */
const decoder = createDecoder({
  subjects: Object.keys(source.enrichers),
  schemaIds,
  registry: emptyRegistry,
  maxRecordBytes: 10_000,
  maxInflatedBytes: 10_000,
  now: () => Date.now(),
});

const dependenciesOf = (clients: Clients, { name }: Process, settings: Settings): EnrichmentDependencies => ({
  source,
  rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
  decoder,
  events: createEventStore(clients.database, 'market', source.windowSpans),
  entityState: createEntityStateStore(clients.dynamodb, 'entity-state', 'market'),
  parked: createParkedStore(
    clients,
    { source: 'market', queueUrl, bucket: 'bucket', idempotencyTable: 'idempotency' },
    Date.now,
  ),
  holds: createHoldStore(clients.dynamodb, 'controls'),
  verdicts: createVerdictStore(clients.dynamodb, 'controls'),
  breakers: createBreakers(
    { store: createBreakerStore(clients.dynamodb, 'controls'), instance: name, now: Date.now },
    silent,
  ),
  deployment: 'v1',
  holdAfterSeconds: settings.holdAfterSeconds,
  telemetry: silent,
  now: Date.now,
});

const latestMs = 12 * 3_600_000;

const play = async (
  time: SimulatedTime,
  scenario: Scenario,
  settings: Settings,
  variants: Variants,
): Promise<World> => {
  const gate = createGate(time, startOfTime, scenario.faults, scenario.outages);
  const backends: Backends = {
    store: new Tables(),
    dynamodb: createInMemoryTables(),
    parked: createQueue('parked'),
    givenUp: createQueue('given-up'),
    bucket: new Map(),
  };
  const enrichment = createFunction(
    {
      name: 'enrich',
      timeoutMs: settings.timeoutMs,
      reserved: 10,
      start: (process: Process) => {
        const clients = clientsOf(backends, gate, process);
        const real = dependenciesOf(clients, process, settings);
        const dependencies = variants.dependencies?.(real, clients) ?? real;
        const handler = enrichEvents(dependencies) as (event: never, context: Context) => Promise<unknown>;
        return variants.handler?.(handler, dependencies) ?? handler;
      },
    },
    time,
    gate,
  );
  const stream = createStream(scenario.shards, startOfTime);
  const pollers = pollShards({
    scenario,
    settings,
    stream,
    time,
    gate,
    backends,
    invoke: enrichment.invoke,
    ...variants,
  });
  const intakes = createIntakes(backends, time, gate);
  const disturbedUntil = Math.max(
    startOfTime,
    ...scenario.outages.map(({ fromMs, forMs }) => startOfTime + fromMs + forMs),
    ...scenario.redeliveries.map(({ atMs }) => startOfTime + atMs),
  );
  const atRest = (): boolean =>
    time.now() > disturbedUntil && pollers.finished() && enrichment.busy() === 0 && intakes.empty();
  try {
    await time.runUntil(atRest, startOfTime + latestMs);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${text}\n${gate.trace.slice(-60).join('\n')}`, { cause: error });
  } finally {
    pollers.stop();
    intakes.stop();
  }
  return { backends, stream, gate, invocations: enrichment.invocations() };
};

/** Plays a scenario to its end: everything read, nothing waiting, nothing away any more. */
export const playOut = (
  scenario: Scenario,
  settings: Settings = smallSettings,
  variants: Variants = {},
): Promise<World> => onSimulatedTime(startOfTime, scenario.seed, (time) => play(time, scenario, settings, variants));
