import type { EnvironmentName, SourceSettings } from './environment.ts';

/** What is particular to a source. Everything else it has from its environment. */
export interface SourceRow {
  /** What producers may send on its stream: folders of `schemas/`. */
  readonly subjects: readonly string[];
  /** A shard takes 1,000 records or 1 MiB a second. */
  readonly shards: Readonly<Record<EnvironmentName, number>>;
}

/** Every source, in every environment: a row here, its enrichers in `lambdas/enrichment/sources/<name>.ts` (docs/sources.md). */
export const sources: Readonly<Record<string, SourceRow>> = {
  market: { subjects: ['market-quote', 'market-trade'], shards: { local: 2, dev: 1, staging: 4, prod: 8 } },
  // Per match in play: 22 players and a ball, 20 frames a second, are 460 records a second.
  'stadium-sensors': { subjects: ['sensor-position'], shards: { local: 2, dev: 1, staging: 4, prod: 8 } },
  broadcast: { subjects: ['broadcast-event'], shards: { local: 1, dev: 1, staging: 1, prod: 2 } },
  social: { subjects: ['social-post'], shards: { local: 1, dev: 1, staging: 2, prod: 4 } },
};

/** How an environment reads its sources. */
export type Reading = Omit<SourceSettings, 'subjects' | 'shards' | 'reservedConcurrency'>;

/** Beside the lanes, for what does not come from the stream: a lane that must wait for an instance is throttled. */
const besideLanes = (lanes: number): number => Math.ceil(lanes / 4);

/** The settings of every source in one environment. */
export const sourcesOf = (environment: EnvironmentName, reading: Reading): Readonly<Record<string, SourceSettings>> =>
  Object.fromEntries(
    Object.entries(sources).map(([name, { subjects, shards }]) => {
      const lanes = shards[environment] * reading.lanesPerShard;
      const settings: SourceSettings = {
        ...reading,
        subjects,
        shards: shards[environment],
        reservedConcurrency: lanes + besideLanes(lanes),
      };
      return [name, settings];
    }),
  );
