import { dateArray } from '../shared/database/binary-arrays.ts';
import type { Database } from '../shared/database/connection.ts';

const dayMs = 86_400_000;
const timeoutMs = 30_000;

/**
 * Makes the partitions of `events` from yesterday to `daysAhead` days from today, so that no batch has to wait for one.
 * Repeatable: what is there is left alone.
 * @returns how many were made
 */
export const preparePartitions =
  (database: Database, daysAhead: number, now: () => number) => async (): Promise<{ readonly made: number }> => {
    const today = Math.floor(now() / dayMs);
    const days = Array.from({ length: daysAhead + 2 }, (_, index) => today - 1 + index);
    const [row] = await database.query<{ made: number }>(
      'SELECT millrace.ensure_event_partitions($1::date[]) AS made',
      [dateArray(days)],
      timeoutMs,
    );
    return { made: row?.made ?? 0 };
  };
