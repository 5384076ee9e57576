import { awayDelay } from '../../pause.ts';
import type { BucketNotification } from '../../world.ts';
import { objectCreated, testEvent, type ListedObject } from './event.ts';
import type { Told } from './told.ts';

/** What watching a bucket needs of the outside; the clock too, so that a test can turn it by hand. */
export interface BucketWorld {
  readonly region: string;
  readonly now: () => Date;
  /** Ends early when watching is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly stopped: () => boolean;
  /** Everything under the notification's prefix. */
  readonly list: () => Promise<readonly ListedObject[]>;
  /** Sends up to ten messages. @throws when not every one was taken */
  readonly send: (bodies: readonly string[]) => Promise<void>;
  readonly told: Told;
  readonly complain: (message: string) => void;
}

const everyMs = 500;
const mostPerSend = 10;
/** A large bucket is listed less often: listing takes a tenth of the time, at most. */
const restPerListing = 9;

/**
 * Tells a queue of new objects, by listing the bucket twice a second and comparing it with what was told before. Of all
 * the ways this is the one that cannot miss an object: it does not matter who wrote it (a function, the poller's
 * give-ups, a person with the CLI), nor whether we ran at that moment. Watching the requests in front of S3, or the
 * files behind it, would have to be told what happened while it was away. An object is remembered after the queue took
 * its message, so that a crash in between tells of it again: S3 promises no more than at least once, too.
 */
export const watchBucket = async (notification: BucketNotification, world: BucketWorld): Promise<void> => {
  const { told } = world;

  const tell = async (): Promise<void> => {
    if (!told.tested()) {
      await world.send([JSON.stringify(testEvent(notification, world.now()))]);
      await told.setTested();
    }
    const listed = await world.list();
    const fresh = told.newIn(listed);
    if (fresh.length === 0) return;
    try {
      for (let from = 0; from < fresh.length && !world.stopped(); from += mostPerSend) {
        const page = fresh.slice(from, from + mostPerSend);
        await world.send(page.map((object) => JSON.stringify(objectCreated(notification, world.region, object))));
        told.add(page);
      }
    } finally {
      await told.save(listed);
    }
  };

  let failures = 0;
  while (!world.stopped()) {
    const startedAt = performance.now();
    try {
      await tell();
      failures = 0;
      await world.sleep(Math.max(everyMs, (performance.now() - startedAt) * restPerListing));
    } catch (error) {
      if (world.stopped()) return;
      failures += 1;
      const why = error instanceof Error ? error.message : String(error);
      if (failures === 1) world.complain(`notifications of ${notification.bucket} wait, and are tried again: ${why}`);
      await world.sleep(awayDelay(failures, world.random()));
    }
  }
};
