import type { Breakers } from '../../lambdas/enrichment/breakers.ts';
import type { EnrichmentDependencies } from '../../lambdas/enrichment/dependencies.ts';
import type { StoredVerdicts, VerdictStore } from '../../lambdas/enrichment/verdict-store.ts';
import type { WakeStore } from '../../lambdas/enrichment/wake-store.ts';
import { type Hold, mappingNoted, placed, released } from '../../lambdas/shared/holds/hold.ts';
import type { HoldStore } from '../../lambdas/shared/holds/hold-store.ts';

/** Holds in memory, by the same rules. */
export const holdsInMemory = (): HoldStore & { readonly latest: (source: string) => Hold | undefined } => {
  const holds = new Map<string, Hold>();
  const change = async (source: string, next: Hold | undefined): Promise<boolean> => {
    if (next) holds.set(source, next);
    return next !== undefined;
  };
  return {
    latest: (source) => holds.get(source),
    read: async (source) => holds.get(source),
    place: (wanted) => change(wanted.source, placed(holds.get(wanted.source), wanted)),
    release: (wanted) => change(wanted.source, released(holds.get(wanted.source), wanted)),
    noteMapping: (wanted) => change(wanted.source, mappingNoted(holds.get(wanted.source), wanted)),
  };
};

/** Verdicts in memory, under the same conditions; it counts what it was asked. */
export const verdictsInMemory = (): VerdictStore & { readonly calls: { reads: number; writes: number } } => {
  const stored = new Map<string, StoredVerdicts>();
  const calls = { reads: 0, writes: 0 };
  return {
    calls,
    read: async ({ shard }) => {
      calls.reads += 1;
      return stored.get(shard) ?? { verdicts: undefined, revision: 0 };
    },
    write: async ({ shard }, verdicts, revision) => {
      calls.writes += 1;
      if ((stored.get(shard)?.revision ?? 0) !== revision) return false;
      stored.set(shard, { verdicts, revision: revision + 1 });
      return true;
    },
  };
};

const closed = {
  execute: <T>(call: () => Promise<T>): Promise<T> => call(),
  openForMs: () => 0,
};

export const allClosed: Breakers = {
  store: closed,
  registry: closed,
  'entity-state': closed,
  idempotency: closed,
  'dead-letter-bucket': closed,
  'parked-queue': closed,
};

/** Wakes nobody. */
const wakesNobody: WakeStore = { wake: () => Promise.resolve() };

/** What a handler needs beside what a test is about: nothing held, every breaker closed, nobody woken. */
export const noControls = (): Pick<
  EnrichmentDependencies,
  'holds' | 'verdicts' | 'wakes' | 'breakers' | 'deployment' | 'holdAfterSeconds'
> => ({
  holds: holdsInMemory(),
  verdicts: verdictsInMemory(),
  wakes: wakesNobody,
  breakers: allClosed,
  deployment: 'test',
  holdAfterSeconds: 60,
});

/** The latest hold was released by somebody who wants every reject parked: the guard lets all pass. */
export const everythingParked = (source: string): HoldStore => {
  const holds = holdsInMemory();
  const hold: Hold = {
    source,
    number: 1,
    standing: false,
    cause: 'rejects',
    reason: 'broken-rule',
    why: 'a test of rejects',
    by: 'test',
    since: '2026-11-21T08:00:00.000Z',
    from: {},
    parkUntil: '2999-01-01T00:00:00.000Z',
    mappingDisabled: false,
    history: [],
  };
  return { ...holds, read: async () => hold };
};
