import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';
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

/** The checkpoint goes to the highest failure: everything below counts as done. */
const checkpointAtTheHighest: Variants = {
  handler: handling((real) => async (event, ...rest) => {
    const { batchItemFailures } = await real(event, ...rest);
    const highest = event.Records.at(-1)?.kinesis.sequenceNumber ?? '';
    return batchItemFailures.length === 0 ? allDone : { batchItemFailures: [{ itemIdentifier: highest }] };
  }),
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

/** The guard throws what it holds back, before there is a hold: a crash loop instead of records that are not finished. */
const guardThatThrows = (): Variants => {
  const heldBack = new WeakSet<object>();
  return {
    dependencies: (real) => {
      const place: typeof real.holds.place = (wanted) => {
        if (wanted.cause !== 'rejects') return real.holds.place(wanted);
        heldBack.add(dependencies);
        return Promise.resolve(false);
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

/** Decodes and parks as ever, and looks at the hold before it answers. */
const looksTooLate: Variants = {
  dependencies: (real) => ({
    ...real,
    holds: {
      ...real.holds,
      read: async (source) => {
        const hold = await real.holds.read(source);
        return hold && { ...hold, standing: false };
      },
    },
  }),
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

/** Bugs that somebody has had, each as a variant of a part; a function where a world needs a memory of its own. */
export const plantedBugs: Readonly<Record<string, () => Variants>> = {
  'answers before the statement': () => answerBeforeTheStatement,
  'parks in an outage': () => parkInAnOutage,
  'projects from RETURNING': () => projectFromReturning,
  'moves the checkpoint to the highest failure': () => checkpointAtTheHighest,
  'answers a batch from a cache': cachedAnswer,
  'throws what the guard holds back': guardThatThrows,
};

/** As `plantedBugs`; stories of holds show them. */
export const plantedInHolds: typeof plantedBugs = {
  'looks at the hold after it has decoded and parked': () => looksTooLate,
  'releases whatever hold stands': () => releaseWithoutNumber,
};
