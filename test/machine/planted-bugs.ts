import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { createHoldWatch, waitWhileHeld } from '../../lambdas/enrichment/under-hold.ts';
import type { EnrichmentDependencies } from '../../lambdas/enrichment/dependencies.ts';
import { dispositionOf, RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';
import type { HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { compareSequence, type StreamPosition } from '../../lambdas/shared/stream/position.ts';
import type { Handler } from './function-host.ts';
import type { Variants } from './instance.ts';

type Answering = (event: KinesisStreamEvent, ...rest: never[]) => Promise<KinesisStreamBatchResponse>;

/** What a test makes of a handler, with the types that this handler really has. */
const handling =
  (change: (real: Answering) => Answering): Variants['handler'] & {} =>
  (real: Handler) =>
    change(real as unknown as Answering) as unknown as Handler;

const allDone: KinesisStreamBatchResponse = { batchItemFailures: [] };

/** Answers that all is done, and does it afterwards. */
const answerBeforeTheStatement: Variants = {
  handler: handling((real) => (event, ...rest) => {
    void real(event, ...rest);
    return Promise.resolve(allDone);
  }),
};

/** Takes an outage for the record's own fault. */
const parkInAnOutage: Variants = {
  dependencies: (real) => ({
    ...real,
    events: {
      record: async (events, resilient) =>
        (await real.events.record(events, resilient)).map((outcome) =>
          outcome instanceof Error
            ? new RejectedRecordError('refused-by-store', 'record', 'the store did not take it')
            : outcome,
        ),
    },
  }),
};

/** Projects only what was inserted just now. */
const projectFromReturning: Variants = {
  dependencies: (real) => {
    const inserted = new WeakSet<EnrichedEvent>();
    return {
      ...real,
      events: {
        record: async (events, resilient) => {
          const outcomes = await real.events.record(events, resilient);
          events.forEach((event, index) => outcomes[index] === 'stored' && inserted.add(event));
          return outcomes;
        },
      },
      entityState: {
        project: async (events, resilient) => {
          await real.entityState.project(
            events.filter((event) => inserted.has(event)),
            resilient,
          );
          return events.map(() => undefined);
        },
      },
    };
  },
};

/** Wakes only for what was inserted just now. */
const wakeFromReturning: Variants = {
  dependencies: (real) => {
    const inserted = new WeakSet<EnrichedEvent>();
    return {
      ...real,
      events: {
        record: async (events, resilient) => {
          const outcomes = await real.events.record(events, resilient);
          events.forEach((event, index) => outcomes[index] === 'stored' && inserted.add(event));
          return outcomes;
        },
      },
      wakes: { wake: (events) => real.wakes.wake(events.filter((event) => inserted.has(event as EnrichedEvent))) },
    };
  },
};

/** Wakes whoever reads the outbox before there is anything to read. */
const wakeTooEarly: Variants = {
  dependencies: (real) => ({
    ...real,
    events: {
      record: async (events, resilient) => {
        await real.wakes.wake(events);
        return real.events.record(events, resilient);
      },
    },
    wakes: { wake: () => Promise.resolve() },
  }),
};

/** The checkpoint goes to the highest of what failed: everything below counts as done. */
const checkpointAtTheHighest = (): Variants => {
  /** What failed in the batch that an instance is at. */
  const failed = new WeakMap<EnrichmentDependencies, string[]>();
  return {
    dependencies: (real) => {
      const note = <T>(outcomes: readonly T[], positions: readonly StreamPosition[]): readonly T[] => {
        positions.forEach(({ sequenceNumber }, index) => {
          const outcome = outcomes[index];
          if (outcome instanceof Error && dispositionOf(outcome) !== 'reject') noted.push(sequenceNumber);
        });
        return outcomes;
      };
      const noted: string[] = [];
      const dependencies: EnrichmentDependencies = {
        ...real,
        events: {
          record: async (events, resilient) =>
            note(
              await real.events.record(events, resilient),
              events.map(({ position }) => position),
            ),
        },
        parked: {
          park: async (rejects, ...rest) =>
            note(
              await real.parked.park(rejects, ...rest),
              rejects.map(({ record }) => record.position),
            ),
        },
        entityState: {
          project: async (events, resilient) =>
            note(
              await real.entityState.project(events, resilient),
              events.map(({ position }) => position),
            ),
        },
      };
      failed.set(dependencies, noted);
      return dependencies;
    },
    handler: (real, dependencies) =>
      handling((answering) => async (event, ...rest) => {
        const { batchItemFailures } = await answering(event, ...rest);
        const lowest = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
        const noted = failed.get(dependencies)?.splice(0) ?? [];
        const [highest = ''] = [...lowest, ...noted].sort((a, b) => compareSequence(b, a));
        return lowest.length === 0 ? allDone : { batchItemFailures: [{ itemIdentifier: highest }] };
      })(real, dependencies),
  };
};

/** Remembers what a batch was answered, and answers the same when it comes again. */
const cachedAnswer = (): Variants => {
  const answers = new Map<string, KinesisStreamBatchResponse>();
  return {
    handler: handling((real) => async (event, ...rest) => {
      const batch = event.Records.map(({ eventID }) => eventID).join(' ');
      const answer = answers.get(batch) ?? (await real(event, ...rest));
      answers.set(batch, answer);
      return answer;
    }),
  };
};

/** The guard holds rejects back and nobody places the hold: they are tried until the mapping gives them up. */
const neverHolds: Variants = {
  dependencies: (real) => ({
    ...real,
    holds: {
      ...real.holds,
      place: (wanted) => (wanted.cause === 'rejects' ? Promise.resolve(false) : real.holds.place(wanted)),
    },
  }),
};

/** The guard places its hold and throws what it holds back: a crash instead of records that are not finished. */
const guardThatThrows = (): Variants => {
  const heldBack = new WeakSet<object>();
  return {
    dependencies: (real) => {
      const place: typeof real.holds.place = (wanted) => {
        if (wanted.cause === 'rejects') heldBack.add(dependencies);
        return real.holds.place(wanted);
      };
      const dependencies = { ...real, holds: { ...real.holds, place } };
      return dependencies;
    },
    handler: (real, dependencies) => async (event, context) => {
      const answer = await real(event, context);
      if (heldBack.delete(dependencies)) throw new Error('held back');
      return answer;
    },
  };
};

/** Decodes and parks as ever, and waits while it is held before it answers. */
const looksTooLate = (): Variants => {
  const holdsOf = new WeakMap<EnrichmentDependencies, HoldStore>();
  return {
    dependencies: (real) => {
      const read: typeof real.holds.read = async (source) => {
        const hold = await real.holds.read(source);
        return hold && { ...hold, standing: false };
      };
      const dependencies = { ...real, holds: { ...real.holds, read } };
      holdsOf.set(dependencies, real.holds);
      return dependencies;
    },
    handler: (real, dependencies) =>
      handling((answering) => async (event, ...rest) => {
        const answer = await answering(event, ...rest);
        const holds = holdsOf.get(dependencies) ?? dependencies.holds;
        const watch = createHoldWatch({ holds, source: 'market', now: Date.now, onUnknown: () => {} });
        const { isHeld } = await waitWhileHeld(watch, Date.now() + 10_000, Date.now);
        const first = event.Records[0]?.kinesis.sequenceNumber ?? '';
        return isHeld ? { batchItemFailures: [{ itemIdentifier: first }] } : answer;
      })(real, dependencies),
  };
};

/** Ends whatever hold stands, not the one whose probe has passed. */
const releaseWithoutNumber: Variants = {
  holds: (real) => ({
    ...real,
    release: async (wanted) => {
      const latest = await real.read(wanted.source);
      return real.release({ ...wanted, number: latest?.number ?? wanted.number });
    },
  }),
};

export interface PlantedBug {
  /** A function, because some have a memory of a world. */
  readonly variants: () => Variants;
  /** What a property says of it: anything else it fails with is another bug, or a slip in the planted one. */
  readonly seenAs: RegExp;
}

const lost = /^(events|deadLetters): \S+ is not there, and must be/m;
const unwoken = /^not woken: \S+, after \S+ was there$/m;
const givenUp = /^deadLetters: \S+ is RetryAttemptsExhausted, and must be/m;

/** Bugs that somebody has had, each as a variant of a part. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  'answers before the statement': { variants: () => answerBeforeTheStatement, seenAs: lost },
  'parks in an outage': {
    variants: () => parkInAnOutage,
    seenAs: /^deadLetters: \S+ is refused-by-store, and must be/m,
  },
  'projects from RETURNING': { variants: () => projectFromReturning, seenAs: /^states: .+(\nstates: .+)*$/ },
  'wakes from RETURNING': { variants: () => wakeFromReturning, seenAs: unwoken },
  'wakes before the statement': { variants: () => wakeTooEarly, seenAs: unwoken },
  'moves the checkpoint to the highest failure': { variants: checkpointAtTheHighest, seenAs: lost },
  'answers a batch from a cache': { variants: cachedAnswer, seenAs: givenUp },
  'holds rejects back and never holds the source': { variants: () => neverHolds, seenAs: givenUp },
  'throws what the guard holds back': {
    variants: guardThatThrows,
    seenAs: /^thrown without a record that crashes: held back$/m,
  },
};

/** As `plantedBugs`; stories of holds show them. */
export const plantedInHolds: typeof plantedBugs = {
  'looks at the hold after it has decoded and parked': {
    variants: looksTooLate,
    seenAs: /^parked [\d.]+ s after the hold was set/m,
  },
  'releases whatever hold stands': {
    variants: () => releaseWithoutNumber,
    seenAs: /^the operator's hold \d+ was ended by somebody else$/m,
  },
};
