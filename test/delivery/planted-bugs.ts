import type { Numbering } from '../../lambdas/delivery/plan-messages.ts';
import { RefusedCallError, RefusedEventError } from '../../lambdas/delivery/publish-answer.ts';
import type { MessageId, Waiting } from '../../lambdas/delivery/relay-store.ts';
import { composeBody, readBody } from '../../lambdas/shared/delivery/message.ts';
import type { Variant } from './machine/world.ts';

/** Takes up where it was the last time: what becomes visible later with a lower id is never seen. */
const cursor = (): Variant => {
  const seen = new Map<string, number>();
  return {
    store: (real) => ({
      ...real,
      read: async (channels) =>
        (await real.read(channels)).map((waiting) => ({
          ...waiting,
          rows: waiting.rows.filter(({ id }) => Number(id) > (seen.get(waiting.channel) ?? 0)),
        })),
      number: async (numberings) => {
        const done = await real.number(numberings);
        for (const { channel, rows } of numberings)
          if (done.has(channel)) seen.set(channel, Math.max(seen.get(channel) ?? 0, ...rows.map(Number)));
        return done;
      },
    }),
  };
};

/** Publishes under the numbers that will come, and gives them when it marks. */
const numberAtMark = (): Variant => ({
  store: (real) => {
    const pending = new Map<string, Numbering>();
    const give = async (ids: readonly MessageId[]): Promise<void> => {
      await real.number([...new Set(ids.map(({ channel }) => channel))].flatMap((name) => pending.get(name) ?? []));
    };
    return {
      ...real,
      number: async (numberings) => {
        await real.number(numberings.filter(({ messages }) => messages.length === 0));
        for (const numbering of numberings) pending.set(numbering.channel, numbering);
        return new Set(numberings.map(({ channel }) => channel));
      },
      mark: async (published) => {
        await give(published);
        await real.mark(published);
      },
      doubt: async (doubts) => {
        await give(doubts);
        await real.doubt(doubts);
      },
      entomb: async (tombs) => {
        await give(tombs);
        await real.entomb(tombs);
      },
    };
  },
});

/** What has a number and has become too old meanwhile is not sent any more. */
const expireAfterNumbering = (): Variant => ({
  publish: (real, world) => async (channel, bodies, onUnknown) => {
    const isOld = (body: string): boolean =>
      readBody(body).events.some(({ sourceEventId }) =>
        world.inserted.some(
          ({ insert, row }) =>
            row.row.event.sourceEventId === sourceEventId &&
            insert.expiresAfterSeconds !== null &&
            Date.parse(row.row.event.arrivedAt) + insert.expiresAfterSeconds * 1000 < world.clock.now(),
        ),
      );
    const fresh = bodies.filter((body) => !isOld(body));
    const answers = fresh.length > 0 ? [...(await real(channel, fresh, onUnknown))] : [];
    return bodies.map((body) => (isOld(body) ? 'accepted' : (answers.shift() ?? 'accepted')));
  },
});

/** Numbers what it read, from the number that is the next by now, whoever holds the channel. */
const numberWithoutLooking = (): Variant => ({
  store: (real, world) => ({
    ...real,
    number: async (numberings) => {
      const forced = numberings.map((numbering) => {
        const { tables } = world;
        const found = tables.channels.get(numbering.channel);
        const lastNumber = found?.lastNumber ?? 0;
        const ahead = lastNumber - numbering.lastNumber;
        const messages = numbering.messages.map(({ number, body, unpublishable }) => ({
          number: number + ahead,
          body: composeBody({ ...readBody(body), number: number + ahead }),
          unpublishable,
        }));
        return { ...numbering, lastNumber, messages };
      });
      return real.number(forced);
    },
    // Every lease is ours.
    renew: async (channels) => new Set(channels),
  }),
  lease: 'anyone',
});

/** Lets go without a look: an event whose wake found the channel held waits for nobody. */
const letGoWithoutALook = (): Variant => ({
  store: (real) => ({
    ...real,
    letGo: async (channels) => {
      await real.release(channels, 0);
      return new Set(channels);
    },
  }),
});

/** Marks everything up to the highest that was taken. */
const markUpToTheHighest = (): Variant => ({
  store: (real, world) => ({
    ...real,
    mark: async (published) => {
      const below = published.flatMap(({ channel, number }) =>
        world.tables
          .unpublished(channel)
          .filter((message) => message.number <= number)
          .map((message) => ({ channel, number: message.number })),
      );
      await real.mark([...below, ...published]);
    },
  }),
});

/** Takes an answer for the answer of all events of the call. */
const anyIsAll = (): Variant => ({
  publish: (real) => async (channel, bodies, onUnknown) => {
    const answers = await real(channel, bodies, onUnknown);
    return answers.includes('accepted') ? answers.map(() => 'accepted' as const) : answers;
  },
});

/** Sends again what is the latest now, under the number of what was the latest then. */
const composeAgain = (): Variant => ({
  store: (real, world) => ({
    ...real,
    read: async (channels) => {
      const refreshed = (waiting: Waiting): Waiting => ({
        ...waiting,
        unpublished: waiting.unpublished.map((message) => {
          const { events, ...rest } = readBody(message.body);
          const latest = events.map((event) => {
            const [newest] = world.tables.rows
              .filter(({ channel, row }) => channel === rest.channel && row.event.entity === event.entity)
              .map(({ row }) => row.event);
            return newest && newest.occurredAt > event.occurredAt ? newest : event;
          });
          return { ...message, body: composeBody({ ...rest, events: latest }) };
        }),
      });
      return (await real.read(channels)).map((waiting) =>
        waiting.delivery === 'latest' ? refreshed(waiting) : waiting,
      );
    },
  }),
});

/** Compares what waits with itself alone, not with what was sent. */
const forgetWhatWasSent = (): Variant => ({
  store: (real) => ({
    ...real,
    read: async (channels) =>
      (await real.read(channels)).map((waiting) => ({
        ...waiting,
        rows: waiting.rows.map((row) => ({ ...row, sent: null })),
      })),
  }),
});

/** Answers a refusal by leaving the number out. */
const skipWhatIsRefused = (): Variant => ({
  store: (real) => ({ ...real, entomb: (tombs) => real.mark(tombs) }),
});

/** Lets a channel's own holder go on after its lease, and anybody else as well. */
const publishOutOfOrder = (): Variant => ({
  store: (real) => ({
    ...real,
    read: async (channels) =>
      (await real.read(channels)).map((waiting) => ({ ...waiting, unpublished: waiting.unpublished.toReversed() })),
  }),
});

/** Where all that was seen may go, deletion begins behind the highest number of the channel as it is by now. */
const deleteUpToTheLastNumber = (): Variant => ({
  whereToBegin: (seen, _oldest, lastNumber) => seen.find(({ mayGo }) => !mayGo)?.number ?? lastNumber + 1,
});

/** Takes a refused call for the fault of its message, whatever else it may be. */
const believeTheFirstRefusal = (): Variant => ({
  publish: (real) => async (channel, bodies, onUnknown) => {
    try {
      return await real(channel, bodies, onUnknown);
    } catch (error) {
      if (!(error instanceof RefusedCallError) || bodies.length > 1) throw error;
      return [new RefusedEventError('refused')];
    }
  },
});

export interface PlantedBug {
  readonly variant: () => Variant;
  /** What a property says of it: anything else it fails with is another bug, or a slip in the planted one. */
  readonly seenAs: RegExp;
}

/** Bugs that relays have had, each as a variant of a part. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  'keeps a cursor': { variant: cursor, seenAs: /something waits, and nobody comes|event \S+ has no number/ },
  'numbers at the mark': { variant: numberAtMark, seenAs: /number \d+ has \d bodies/ },
  'expires what has a number': { variant: expireAfterNumbering, seenAs: /number \d+ is missing/ },
  'numbers without looking at the lease': { variant: numberWithoutLooking, seenAs: /event \S+ has numbers \d+, \d+/ },
  'marks up to the highest that was taken': { variant: markUpToTheHighest, seenAs: /number \d+ is missing/ },
  'takes one answer for all of a call': { variant: anyIsAll, seenAs: /number \d+ is missing/ },
  'composes a body again': {
    variant: composeAgain,
    seenAs: /number \d+ has \d bodies|is not what is kept|event \S+ has numbers \d+, \d+/,
  },
  'forgets what was sent': { variant: forgetWhatWasSent, seenAs: /number \d+ turns \S+ back/ },
  'leaves out what is refused': { variant: skipWhatIsRefused, seenAs: /number \d+ is missing/ },
  'deletes up to the last number': { variant: deleteUpToTheLastNumber, seenAs: /\d+ is not its oldest number/ },
  'believes the first refusal': { variant: believeTheFirstRefusal, seenAs: /number \d+ was parked, and is sound/ },
  'publishes what is left from the highest down': { variant: publishOutOfOrder, seenAs: /number \d+ came before \d+/ },
};

/** As `plantedBugs`; stories in which nothing goes wrong, and nobody sweeps, show them. */
export const plantedInCalm: typeof plantedBugs = {
  'lets go without a look': { variant: letGoWithoutALook, seenAs: /something waits, and nobody comes/ },
};
