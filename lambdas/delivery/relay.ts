import { PlatformError } from '../shared/errors/platform-error.ts';
import { composeTombstone } from '../shared/delivery/message.ts';
import { HeldChannels } from './held-channels.ts';
import { planMessages, type Numbering } from './plan-messages.ts';
import { publishPage, type PageResult, type PublishPagePorts } from './publish-page.ts';
import { createTally, type RelayTally } from './relay-tally.ts';
import type { RelayStore, UnpublishedMessage, Waiting } from './relay-store.ts';

export interface RelayPorts {
  readonly store: RelayStore;
  /** One call to AppSync Events, with the retries it deserves. */
  readonly publish: (channel: string, bodies: readonly string[]) => ReturnType<PublishPagePorts['publish']>;
  readonly park: (channel: string, message: UnpublishedMessage) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends after a time, or when it is told to. */
  readonly pause: (ms: number) => { readonly over: Promise<void>; readonly end: () => void };
}

export interface RelayLimits {
  readonly leaseMs: number;
  /** From then on nothing is begun. Milliseconds since the epoch. */
  readonly deadline: number;
  /** Channels whose page is in memory, being published. */
  readonly mostPublishing: number;
  /** Channels held, most of them waiting for their moment. */
  readonly mostHeld: number;
  /** Channels of one statement. */
  readonly mostOfStatement: number;
}

/** How long a channel is left alone after a failure: `retry` comes again soon, `halt` is for the sweep. */
export const putOffMs = { retry: 5_000, halt: 30_000 } as const;

export interface RelayResult extends RelayTally {
  /** Something waits, or may: time was up. They are to be woken again. */
  readonly left: readonly string[];
  /** Something waits in these that failed: they are to be woken when their time has come. */
  readonly putOff: readonly string[];
}

/**
 * Relays what waits in channels until nothing does, or time is up. One serial pump talks to the database, a statement for
 * many channels; publishing goes on beside it, each channel in its own order, so that a slow one delays no other. No lock
 * is held meanwhile: the lease keeps others out, and the store keeps us out when it has lapsed.
 *
 * @throws PlatformError where the database does not answer: leases lapse, and what was published and not marked is
 * published again
 */
export const relayChannels = async (
  { store, publish, park, now, pause }: RelayPorts,
  { leaseMs, deadline, mostPublishing, mostHeld, mostOfStatement }: RelayLimits,
  channels: Iterable<string>,
): Promise<RelayResult> => {
  const wanted = [...new Set(channels)];
  const held = new HeldChannels(leaseMs);
  const tally = createTally();
  const putOff: string[] = [];
  /** Pages that have ended since the pump last looked. */
  let ended: { readonly channel: string; readonly page: readonly UnpublishedMessage[]; readonly result: PageResult }[] =
    [];
  let bell = Promise.withResolvers<void>();
  const publishing = new Set<Promise<void>>();
  let stopped = false;

  const start = (channel: string, page: readonly UnpublishedMessage[]): void => {
    held.set(channel, { is: 'publishing' });
    const ports: PublishPagePorts = {
      publish: (bodies) => publish(channel, bodies),
      park: (message) => park(channel, message),
      mayGoOn: () => !stopped && now() < deadline && held.isOurs(channel, now()),
    };
    const run = async (): Promise<void> => {
      const result = await publishPage(ports, page);
      ended.push({ channel, page, result });
      publishing.delete(task);
      bell.resolve();
    };
    const task = run();
    publishing.add(task);
  };

  /** Marks what was published, and decides how each channel goes on. */
  const settle = async (): Promise<void> => {
    const pages = ended;
    ended = [];
    const published = pages.flatMap(({ channel, result }) => result.published.map((number) => ({ channel, number })));
    if (published.length > 0) await store.mark(published);
    const refused = pages.flatMap(({ channel, page, result: { refused: one } }) =>
      one ? [{ channel, ...one, body: tombstoneOf(channel, page, one.number) }] : [],
    );
    if (refused.length > 0) await store.entomb(refused);
    const failed = { retry: [] as string[], halt: [] as string[] };
    for (const { channel, page, result } of pages) {
      tally.published(page, result);
      if (result.error === undefined) {
        const isThrough = result.published.length === page.length;
        held.set(channel, { is: isThrough ? 'done' : 'to-look' });
        continue;
      }
      if (!(result.error instanceof PlatformError)) throw result.error;
      tally.failed(result.error);
      failed[result.error.disposition === 'halt' ? 'halt' : 'retry'].push(channel);
    }
    for (const kind of ['retry', 'halt'] as const) {
      if (failed[kind].length === 0) continue;
      await store.release(failed[kind], putOffMs[kind]);
      for (const channel of failed[kind]) held.drop(channel);
    }
    putOff.push(...failed.retry);
  };

  const renew = async (): Promise<void> => {
    const askedAt = now();
    const due = held.toRenew(askedAt);
    if (due.length === 0) return;
    const still = await store.renew(due);
    for (const channel of due) {
      if (still.has(channel)) held.renewed(channel, askedAt);
      else held.drop(channel);
    }
  };

  const take = async (): Promise<void> => {
    const room = Math.min(mostOfStatement, mostHeld - held.size);
    if (wanted.length === 0 || room <= 0) return;
    const askedAt = now();
    const some = wanted.splice(0, room);
    for (const { channel, lapsed } of await store.take(some)) {
      held.take(channel, askedAt);
      if (lapsed) tally.lapsed();
    }
  };

  /** Publishes what is numbered; where all of that is published, numbers what waits. */
  const look = async (): Promise<void> => {
    const due = held.toLook(now()).slice(0, Math.min(mostOfStatement, mostPublishing - publishing.size));
    if (due.length === 0) return;
    const found = new Map((await store.read(due)).map((waiting) => [waiting.channel, waiting]));
    const plans: { readonly waiting: Waiting; readonly numbering: Numbering }[] = [];
    for (const channel of due) {
      const waiting = found.get(channel);
      if (!waiting) held.drop(channel);
      else if (waiting.unpublished.length > 0) {
        tally.found(channel, waiting.unpublished);
        start(channel, waiting.unpublished);
      } else if (waiting.rows.length === 0) held.set(channel, { is: 'done' });
      else plans.push({ waiting, numbering: planMessages(waiting) });
    }
    await number(plans);
  };

  const number = async (
    plans: readonly { readonly waiting: Waiting; readonly numbering: Numbering }[],
  ): Promise<void> => {
    const changing = plans.map(({ numbering }) => numbering).filter(({ rows }) => rows.length > 0);
    const askedAt = now();
    const done = changing.length > 0 ? await store.number(changing) : new Set<string>();
    for (const { waiting, numbering } of plans) {
      const { channel } = numbering;
      const isDone = done.has(channel);
      if (isDone) {
        held.renewed(channel, askedAt);
        tally.numbered(numbering);
      }
      // Not done: its answer was lost and it is, or the channel is another's. The next look tells.
      if (isDone && numbering.messages.length > 0)
        start(
          channel,
          numbering.messages.map((message) => ({ ...message, attempts: 0 })),
        );
      else if (
        waiting.waitMs > 0 &&
        (numbering.rows.length === 0 || (isDone && !waiting.more && staysIn(waiting, numbering)))
      )
        held.set(channel, { is: 'waiting', until: now() + waiting.waitMs });
      else held.set(channel, { is: 'to-look' });
    }
  };

  const letGo = async (): Promise<void> => {
    const done = held.in('done');
    if (done.length === 0) return;
    const gone = await store.letGo(done);
    for (const channel of done) {
      if (gone.has(channel)) held.drop(channel);
      else held.set(channel, { is: 'to-look' });
    }
  };

  const wait = async (): Promise<void> => {
    if (ended.length > 0) return;
    bell = Promise.withResolvers();
    const until = now() < deadline ? Math.min(held.nextAt() ?? Infinity, deadline) : Infinity;
    if (until === Infinity) return bell.promise;
    const timer = pause(Math.max(0, until - now()));
    await Promise.race([bell.promise, timer.over]);
    timer.end();
  };

  try {
    while (held.size > 0 || wanted.length > 0 || publishing.size > 0 || ended.length > 0) {
      await settle();
      if (now() >= deadline && publishing.size === 0 && ended.length === 0) break;
      if (now() < deadline) {
        await renew();
        await take();
        await look();
        await letGo();
      }
      const hasMore =
        now() < deadline &&
        ((wanted.length > 0 && held.size < mostHeld) ||
          (held.toLook(now()).length > 0 && publishing.size < mostPublishing));
      if (!hasMore && (publishing.size > 0 || now() < deadline) && (held.size > 0 || publishing.size > 0)) await wait();
    }
    const left = held.all();
    if (left.length > 0) await store.release(left, 0);
    return { ...tally.read(), left: [...left, ...wanted], putOff };
  } finally {
    stopped = true;
    await Promise.all(publishing);
  }
};

const staysIn = ({ rows }: Waiting, numbering: Numbering): boolean => numbering.rows.length < rows.length;

const tombstoneOf = (channel: string, page: readonly UnpublishedMessage[], number: number): string => {
  const { delivery } = JSON.parse(page.find((message) => message.number === number)?.body ?? '{}') as {
    delivery: 'each' | 'latest';
  };
  return composeTombstone({ channel, number, delivery });
};
