import type { Clock } from '../clock.ts';

/** How often records are made. Shorter would cost more calls; longer would show in latencies. */
const tickMs = 100;

/**
 * Makes records at a rate, in small batches, until its consumer ends it. What cannot keep up is not caught up with:
 * a tick makes at most the records of one second, so that a stall is followed by no flood.
 * @param rate - records a second
 * @param make - makes so many; asked again when its batch before has been taken
 */
export async function* atRate<T>(
  rate: number,
  make: (count: number) => readonly T[],
  clock: Clock,
): AsyncGenerator<readonly T[]> {
  // In thousandths of a record: whole numbers, which add up.
  let owed = 0;
  let before = clock.now();
  for (;;) {
    await clock.sleep(tickMs);
    const now = clock.now();
    owed = Math.min(owed + rate * (now - before), 1_000 * Math.max(rate, 1));
    before = now;
    const count = Math.floor(owed / 1_000);
    owed -= count * 1_000;
    if (count > 0) yield make(count);
  }
}
