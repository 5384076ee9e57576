import { createIdentify } from '../../feeds/account/identify.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { createDeadLettersReader } from '../../feeds/readers/dead-letters.ts';
import type { Account } from '../../feeds/account/account.ts';
import { emptyRegistry } from '../feeds/support/empty-registry.ts';
import { schemaIds } from '../feeds/support/encoder.ts';
import { clientsOf } from './clients.ts';
import { createGate } from './faults.ts';
import type { Outcome } from './expected.ts';
import { shardName, streamName } from './stream.ts';
import { startOfTime, type World } from './world.ts';

/** What the tables of a world hold. */
export const outcomeOf = ({ backends: { store, dynamodb } }: World): Outcome => ({
  events: Object.fromEntries(
    [...store.events.values()].map((row) => [row.sourceEventId, `${row.shard}/${row.sequenceNumber}`]),
  ),
  windows: Object.fromEntries(
    [...store.windows.values()].map((row) => {
      const ends = `${row.first.id}=${row.first.value} ${row.last.id}=${row.last.value}`;
      return [
        `${row.series} ${row.span} ${row.startsAt / 1e6}`,
        `${row.count} ${row.sum} ${row.weight} ${row.min} ${row.max} ${ends}`,
      ];
    }),
  ),
  states: Object.fromEntries(
    dynamodb
      .items('entity-state')
      .filter(({ subject }) => subject?.['S'] !== 'probe')
      .map(({ entity, subject, occurredAt, sourceEventId }) => [
        `${String(entity?.['S'])} ${String(subject?.['S'])}`,
        `${String(occurredAt?.['N'])} ${String(sourceEventId?.['S'])}`,
      ]),
  ),
  deadLetters: Object.fromEntries(
    dynamodb
      .items('dead-letters')
      .map(({ shard, sequenceNumber, reason }) => [
        `${String(shard?.['S'])}/${String(sequenceNumber?.['S'])}`,
        String(reason?.['S']),
      ]),
  ),
});

const identify = createIdentify(schemaIds, emptyRegistry);

/** The account of a world, by the code that takes it from a real platform. */
export const accountOf = ({ backends, stream }: World): Promise<Account> => {
  const asleep = {
    now: () => startOfTime,
    sleep: () => Promise.resolve(),
    random: () => 0,
    runUntil: () => Promise.resolve(),
  };
  const reader = { name: 'account', alive: true, kill: () => {} };
  const { dynamodb, s3 } = clientsOf(backends, createGate(asleep, startOfTime, [], []), reader);
  return takeAccount({
    readStreams: async function* () {
      for (const [shard, records] of stream.entries())
        yield {
          source: 'market',
          stream: streamName,
          shard: shardName(shard),
          keepsFrom: 0,
          records: records.map(({ sequenceNumber, data, arrivedAt }) => ({ sequenceNumber, bytes: data, arrivedAt })),
        };
    },
    readStored: async function* () {
      yield [...backends.store.events.values()].map(({ source, sourceEventId, day, bodyHash, ...row }) => ({
        source,
        sourceEventId,
        day,
        bodyHash: bodyHash.toString('hex'),
        position: { stream: row.stream, shard: row.shard, sequenceNumber: row.sequenceNumber },
        arrivedAt: row.arrivedAt / 1000,
        storedAt: 0,
      }));
    },
    readDeadLetters: createDeadLettersReader(dynamodb, s3, 'dead-letters'),
    readHeld: async function* () {},
    identify,
  });
};
