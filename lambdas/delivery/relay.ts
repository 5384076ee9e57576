import { cutIntoCalls } from '../shared/batch/cut-calls.ts';
import { PlatformError } from '../shared/errors/platform-error.ts';
import { composeTombstone } from '../shared/delivery/message.ts';
import { HeldChannels } from './held-channels.ts';
import { planMessages, type Numbering } from './plan-messages.ts';
import { publishPage, type PagePast, type PageResult, type PublishPagePorts } from './publish-page.ts';
import type { RelayLimits, RelayPorts, RelayResult } from './relay-ports.ts';
import { createTally } from './relay-tally.ts';
import type { UnpublishedMessage, Waiting } from './relay-store.ts';
import { inParts } from './statement-error.ts';

/** Of one statement that numbers. Bytes. */
const mostNumberedBytes = 4_000_000;

/** How long a channel is left alone after a failure: `retry` comes again soon, `halt` is for the sweep. */
const putOffMs = { retry: 5_000, halt: 30_000 } as const;

/**
 * Relays what waits in channels until nothing does, or time is up. One serial pump talks to the database, a statement for
 * many channels; publishing goes on beside it, each channel in its own order, so that a slow one delays no other. No lock
 * is held meanwhile: the lease keeps others out, and the store keeps us out when it has lapsed.
 *
 * Who has waited longest is looked at first, and a channel in which more waits than a page goes behind those that were not
 * even taken. Where nothing is left but `latest` channels whose moment is yet to come, they are let go, to be woken then:
 * an invocation that waits takes no wake.
 *
 * @throws PlatformError where the database does not answer: leases lapse, and what was published and not marked is
 * published again
 */
export const relayChannels = async (
  { store, publish, park, wake, now, pause }: RelayPorts,
  { leaseMs, deadline, mostPublishing, mostReady, mostHeld, mostOfStatement, mostIdleMs }: RelayLimits,
  channels: Iterable<string>,
): Promise<RelayResult> => {
  const wanted = [...new Set(channels)];
  const held = new HeldChannels(leaseMs);
  const tally = createTally();
  /** Pages that have ended since the pump last looked. */
  let ended: { readonly channel: string; readonly page: readonly UnpublishedMessage[]; readonly result: PageResult }[] =
    [];
  let bell = Promise.withResolvers<void>();
  const publishing = new Set<Promise<void>>();
  let stopped = false;
  let idleLeftMs = mostIdleMs;
  /** Channels that are read at once: fewer, once so many took too long. */
  let portion = mostPublishing;

  const start = (channel: string, page: readonly UnpublishedMessage[], past: PagePast): void => {
    held.set(channel, { is: 'publishing' });
    const ports: PublishPagePorts = {
      publish: (bodies, onUnknown) => publish(channel, bodies, onUnknown),
      park: (message) => park(channel, message),
      mayGoOn: () => !stopped && now() < deadline && held.isOurs(channel, now()),
    };
    const run = async (): Promise<void> => {
      const result = await publishPage(ports, page, past).catch((error: unknown) => ({ published: [], error }));
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
    const doubts = pages.flatMap(({ channel, result: { doubted } }) => (doubted ? [{ channel, ...doubted }] : []));
    if (doubts.length > 0) await store.doubt(doubts);
    const failed = { retry: [] as string[], halt: [] as string[] };
    for (const { channel, page, result } of pages) {
      tally.published(page, result);
      if (result.error === undefined) {
        const isThrough = result.published.length === page.length;
        held.set(channel, { is: isThrough ? 'done' : 'to-look' });
        continue;
      }
      tally.failed(result.error);
      // The second visit, which is to say whether it is the message, comes soon.
      const isFirst = page.some(({ number, refused: before }) => number === result.doubted?.number && before === null);
      failed[isFirst ? 'retry' : kindOf(result.error)].push(channel);
    }
    await putOff(failed.retry, 'retry');
    await putOff(failed.halt, 'halt');
  };

  const putOff = async (some: readonly string[], kind: keyof typeof putOffMs): Promise<void> => {
    if (some.length === 0) return;
    await store.release(some, putOffMs[kind]);
    for (const channel of some) held.drop(channel);
    if (kind === 'retry') wake(some, putOffMs.retry);
  };

  /** A channel that cannot be read or numbered is left alone; the others go on. */
  const fail = async (channel: string, error: unknown): Promise<void> => {
    tally.failed(error);
    await putOff([channel], kindOf(error));
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

  const roomToTake = (): number =>
    Math.min(mostOfStatement, mostHeld - held.size, mostReady - held.toLook(now()).length);

  const take = async (): Promise<void> => {
    const room = roomToTake();
    if (wanted.length === 0 || room <= 0) return;
    const askedAt = now();
    const some = wanted.splice(0, room);
    const taken = await inParts(some, (part) => store.take(part), fail);
    for (const { channel, lapsed } of taken.flat()) {
      held.take(channel, askedAt);
      if (lapsed) tally.lapsed();
    }
  };

  /** Publishes what is numbered; where all of that is published, numbers what waits. */
  const look = async (): Promise<void> => {
    const due = held.toLook(now()).slice(0, Math.min(mostOfStatement, portion, mostPublishing - publishing.size));
    if (due.length === 0) return;
    const read = await inParts(due, (some) => store.read(some), fail, readFewer);
    const found = new Map(read.flat().map((waiting) => [waiting.channel, waiting]));
    const plans: { readonly waiting: Waiting; readonly numbering: Numbering }[] = [];
    for (const channel of due) {
      const waiting = found.get(channel);
      if (!waiting) held.drop(channel);
      else if (waiting.unpublished.length > 0) {
        tally.found(channel, waiting.unpublished);
        start(channel, waiting.unpublished, { isFresh: false, control: waiting.control });
      } else if (waiting.rows.length === 0) held.set(channel, { is: 'done' });
      else {
        try {
          plans.push({ waiting, numbering: planMessages(waiting) });
        } catch (error) {
          await fail(channel, error);
        }
      }
    }
    await number(plans);
  };

  const readFewer = (count: number): void => {
    portion = Math.max(1, Math.min(portion, Math.floor(count / 2)));
  };

  const number = async (
    plans: readonly { readonly waiting: Waiting; readonly numbering: Numbering }[],
  ): Promise<void> => {
    const changing = plans.map(({ numbering }) => numbering).filter(({ rows }) => rows.length > 0);
    const askedAt = now();
    const done = new Set<string>();
    for (const part of cutIntoCalls(changing, bytesOf, { items: mostOfStatement, bytes: mostNumberedBytes })) {
      const numbered = await inParts(
        part,
        (some) => store.number(some),
        ({ channel }, error) => fail(channel, error),
        readFewer,
      );
      for (const channel of numbered.flatMap((some) => [...some])) done.add(channel);
    }
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
          numbering.messages.map((message) => ({ ...message, attempts: 0, refused: null })),
          { isFresh: true, control: null },
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
    const stay = done.filter((channel) => !gone.has(channel));
    if (stay.length === 0 || wanted.length === 0) return;
    // They have had their page, and others have not: they go to the end.
    await store.release(stay, 0);
    for (const channel of stay) held.drop(channel);
    wanted.push(...stay);
  };

  const hasMore = (): boolean =>
    (wanted.length > 0 && roomToTake() > 0) || (held.toLook(now()).length > 0 && publishing.size < mostPublishing);

  const isIdle = (): boolean => publishing.size === 0 && ended.length === 0 && !hasMore();

  /** Lets go what it will not wait for, until its moment; nobody takes it before, and one wake is enough. */
  const letGoOfLater = async (): Promise<void> => {
    const later = isIdle() ? held.waitingBeyond(now() + idleLeftMs) : [];
    if (later.length === 0) return;
    await store.releaseUntilNext(later.map(({ channel }) => channel));
    const seconds = Map.groupBy(later, ({ until }) => Math.ceil((until - now()) / 1000));
    for (const [after, some] of seconds)
      wake(
        some.map(({ channel }) => channel),
        after * 1000,
      );
    for (const { channel } of later) held.drop(channel);
  };

  const wait = async (): Promise<void> => {
    if (ended.length > 0) return;
    bell = Promise.withResolvers();
    const until = now() < deadline ? Math.min(held.nextAt() ?? Infinity, deadline) : Infinity;
    if (until === Infinity) return bell.promise;
    const from = now();
    const wasIdle = isIdle();
    const timer = pause(Math.max(0, until - from));
    await Promise.race([bell.promise, timer.over]);
    timer.end();
    if (wasIdle) idleLeftMs -= now() - from;
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
        await letGoOfLater();
      }
      const mayBegin = now() < deadline;
      if (!(mayBegin && hasMore()) && (publishing.size > 0 || (mayBegin && held.size > 0))) await wait();
    }
    const [fresh, served] = [held.allThat('not-served'), held.allThat('served')];
    if (held.size > 0) await store.release(held.all(), 0);
    for (const channel of held.all()) held.drop(channel);
    return { ...tally.read(), left: [...fresh, ...wanted, ...served] };
  } finally {
    stopped = true;
    await Promise.all(publishing);
    // Something failed: others may go on at once where this succeeds, and when the leases have lapsed where it does not.
    if (held.size > 0) await store.release(held.all(), 0).catch(() => {});
  }
};

/** What is no error of ours is this channel's: it must not take the others down. */
const kindOf = (error: unknown): keyof typeof putOffMs =>
  error instanceof PlatformError && error.disposition !== 'halt' ? 'retry' : 'halt';

const bytesOf = ({ messages, snapshots }: Numbering): number =>
  messages.reduce((sum, { body, unpublishable }) => sum + body.length + (unpublishable?.original.length ?? 0), 0) *
  (snapshots.length > 0 ? 2 : 1);

const staysIn = ({ rows }: Waiting, numbering: Numbering): boolean => numbering.rows.length < rows.length;

const tombstoneOf = (channel: string, page: readonly UnpublishedMessage[], number: number): string => {
  const { delivery } = JSON.parse(page.find((message) => message.number === number)?.body ?? '{}') as {
    delivery: 'each' | 'latest';
  };
  return composeTombstone({ channel, number, delivery });
};
