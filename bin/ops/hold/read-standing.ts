import type { HoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import type { Hold } from '../../../lambdas/shared/holds/hold.ts';

/** The holds that stand, by source. @throws what the store throws */
export const readStanding = async (
  holds: HoldStore,
  sources: readonly string[],
): Promise<ReadonlyMap<string, Hold>> => {
  const found = await Promise.all(sources.map((source) => holds.read(source)));
  return new Map(found.flatMap((hold) => (hold?.standing ? [[hold.source, hold] as const] : [])));
};
