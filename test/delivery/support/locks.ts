import type pg from 'pg';

/** Waits until a statement of another session waits for a lock. */
export const untilSomeoneWaits = async (owner: pg.Client): Promise<void> => {
  const until = Date.now() + 5_000;
  for (;;) {
    const { rows } = await owner.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    if (Date.now() > until) throw new Error('no statement waits for a lock');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
