import type { FeedEvent } from './feed-event.ts';

/** How fast a replay goes: a multiple of the recorded pace, or as fast as it can. */
export type Speed = number | 'max';

/** An event and when it is due, in milliseconds of replay time. */
export interface Paced {
  readonly dueMs: number;
  readonly event: FeedEvent;
}

const longestGapMs = 2_000;

/** Each recording starts at zero. A row that goes back in time is due with the one before it. */
async function* fromZero(events: AsyncIterable<FeedEvent>): AsyncGenerator<Paced> {
  let first: number | undefined;
  let dueMs = 0;
  for await (const event of events) {
    const { occurredAt } = event.event.header;
    first ??= occurredAt;
    dueMs = Math.max(dueMs, (occurredAt - first) / 1000);
    yield { dueMs, event };
  }
}

interface Head {
  readonly rows: AsyncGenerator<Paced>;
  readonly next: Paced;
}

const headOf = async (rows: AsyncGenerator<Paced>): Promise<Head[]> => {
  const { done, value } = await rows.next();
  return done ? [] : [{ rows, next: value }];
};

/** Of several recordings, always the one that is due first; of equals, the one named first. */
async function* merge(recordings: readonly AsyncGenerator<Paced>[]): AsyncGenerator<Paced> {
  try {
    const heads = (await Promise.all(recordings.map(headOf))).flat();
    while (heads.length > 0) {
      let first = 0;
      heads.forEach(({ next }, n) => {
        if (next.dueMs < (heads[first]?.next.dueMs ?? 0)) first = n;
      });
      const head = heads[first];
      if (!head) return;
      yield head.next;
      heads.splice(first, 1, ...(await headOf(head.rows)));
    }
  } finally {
    await Promise.all(recordings.map((rows) => rows.return(undefined)));
  }
}

/** Nights and weekends are not waited for: a gap in which nothing is due is at most two seconds. */
async function* withoutLongGaps(rows: AsyncIterable<Paced>): AsyncGenerator<Paced> {
  let before = 0;
  let cut = 0;
  for await (const { dueMs, event } of rows) {
    cut += Math.max(0, dueMs - before - longestGapMs);
    before = dueMs;
    yield { dueMs: dueMs - cut, event };
  }
}

/** Several recordings as one feed, in replay time. */
export const paceRecordings = (recordings: readonly AsyncIterable<FeedEvent>[]): AsyncGenerator<Paced> =>
  withoutLongGaps(merge(recordings.map(fromZero)));
