import type { Context } from 'aws-lambda';
import type { DeletionStore, KeepHours } from './deletion-store.ts';

/** No step begins that could be cut off by the function's time-out. */
const lastStepMs = 10_000;

/**
 * Deletes, step by step, what was published longer ago than it is kept. What it does not get to is done by the next run.
 * @returns how many messages were deleted
 */
export const deletePublished =
  (store: DeletionStore, keepHours: KeepHours) =>
  async (
    _event: unknown,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<{ readonly deleted: number }> => {
    let deleted = 0;
    let some = -1;
    while (some !== 0 && context.getRemainingTimeInMillis() > lastStepMs) {
      some = await store.deleteSome(keepHours);
      deleted += some;
    }
    return { deleted };
  };
