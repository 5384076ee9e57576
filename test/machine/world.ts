import { morning } from '../support/events.ts';
import { clientsOf, type Backends } from './clients.ts';
import { onSimulatedTime, type SimulatedTime } from './clock.ts';
import { createGate, type Gate } from './faults.ts';
import { createFunction } from './function-host.ts';
import { Tables } from './in-memory-store.ts';
import { createInMemoryTables } from './in-memory-tables.ts';
import { startEnrichment, type Variants, type Version } from './instance.ts';
import { createIntakes } from './intakes.ts';
import { createKeeper, createMapping } from './keeper.ts';
import { createOperator } from './operator.ts';
import { createQueue } from './queue.ts';
import type { Scenario } from './scenario.ts';
import { createStream, pollShards, type Stream } from './stream.ts';
import { watchParking, watchThrows } from './watches.ts';

/** An hour after the events' own time. */
export const startOfTime = morning / 1000 + 3_600_000;

export interface Settings {
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly maxAgeMs: number;
  readonly holdAfterSeconds: number;
  /** Until a mapping has been switched. */
  readonly longestSwitchMs: number;
}
/** Attempts enough for every crash that a scenario plans, and few enough to see a crashing record given up. */
export const smallSettings: Settings = {
  timeoutMs: 20_000,
  maxAttempts: 30,
  maxAgeMs: 6 * 3_600_000,
  holdAfterSeconds: 20,
  longestSwitchMs: 30_000,
};

export interface World {
  readonly backends: Backends;
  readonly stream: Stream;
  readonly gate: Gate;
  readonly invocations: number;
  /** Attempts that the batch which was tried most has spent. */
  readonly mostFailures: number;
  /** What must never happen, whatever the end is like. */
  readonly violations: readonly string[];
}

const latestMs = 24 * 3_600_000;

/** When the last thing has gone wrong that a scenario plans for a time. */
const endOf = ({ outages, redeliveries, deploys, holds }: Scenario): number =>
  startOfTime +
  Math.max(
    0,
    ...[...outages, ...deploys].map(({ fromMs, forMs }) => fromMs + forMs),
    ...redeliveries.map(({ atMs }) => atMs),
    ...holds.map(({ atMs, forMs }) => atMs + forMs),
  );

/** As many of one reason as the guard asks for. */
const hasStorm = ({ shards }: Scenario): boolean =>
  shards.some((records) => [...Map.groupBy(records, ({ spec }) => spec.kind).values()].some((of) => of.length >= 20));

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
    wakes: new Map(),
    bucket: new Map(),
  };
  const violations: string[] = [];
  watchParking(backends, time, scenario, settings, violations);
  let version: Version = { number: 1, bad: undefined };
  const enrichment = createFunction(
    {
      name: 'enrich',
      timeoutMs: settings.timeoutMs,
      reserved: scenario.reserved,
      start: (process) =>
        startEnrichment(clientsOf(backends, gate, process), process, version, settings.holdAfterSeconds, variants),
    },
    time,
    gate,
  );
  const deploy = (bad: Version['bad']): void => {
    version = { number: version.number + 1, bad };
    enrichment.deploy();
  };
  for (const { fromMs, forMs, how } of scenario.deploys) {
    setTimeout(() => deploy(how), fromMs);
    setTimeout(() => deploy(undefined), fromMs + forMs);
  }
  const invoke = watchThrows(enrichment.invoke, scenario, violations);
  const mapping = createMapping(time, gate, settings.longestSwitchMs);
  const { enabled } = mapping;
  const stream = createStream(scenario.shards, startOfTime);
  const pollers = pollShards({ scenario, settings, stream, time, gate, backends, enabled, invoke });
  const intakes = createIntakes(backends, time, gate);
  const holdsOf = variants.holds ?? ((real) => real);
  const keeper = createKeeper({ backends, stream, mapping, time, gate, invoke, holdsOf });
  const operator = createOperator(backends, time, gate, scenario.holds, endOf(scenario), hasStorm(scenario));

  const atRest = (): boolean =>
    time.now() > endOf(scenario) &&
    pollers.finished() &&
    enrichment.busy() === 0 &&
    intakes.empty() &&
    operator.standing() === 0;
  try {
    await time.runUntil(atRest, startOfTime + latestMs);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${text}\n${gate.trace.slice(-60).join('\n')}`, { cause: error });
  } finally {
    for (const part of [pollers, intakes, keeper, operator]) part.stop();
  }
  violations.push(...operator.violations);
  return {
    backends,
    stream,
    gate,
    invocations: enrichment.invocations(),
    mostFailures: pollers.mostFailures(),
    violations,
  };
};

/** Plays a scenario to its end: everything read, nothing waiting, nothing away any more. */
export const playOut = (
  scenario: Scenario,
  settings: Settings = smallSettings,
  variants: Variants = {},
): Promise<World> => onSimulatedTime(startOfTime, scenario.seed, (time) => play(time, scenario, settings, variants));
