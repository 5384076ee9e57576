import type { ExpectedLetters } from '../../../feeds/wrong/check-wrong.ts';
import type { SendFeedRecords } from '../../../feeds/send-feed.ts';
import { badDeploy } from '../../../local/faults/bad-deploy.ts';
import { clockSkew } from '../../../local/faults/clock-skew.ts';
import { duplicateDelivery } from '../../../local/faults/duplicate-delivery.ts';
import { dynamodbThrottle } from '../../../local/faults/dynamodb-throttle.ts';
import type { Fault } from '../../../local/faults/fault.ts';
import { memory } from '../../../local/faults/memory.ts';
import { postgresDeadlock } from '../../../local/faults/postgres-deadlock.ts';
import { postgresFailover } from '../../../local/faults/postgres-failover.ts';
import { postgresSlow } from '../../../local/faults/postgres-slow.ts';
import { serviceDown } from '../../../local/faults/service-down.ts';
import type { ConnectSuperuser } from '../../../local/faults/with-superuser.ts';
import type { LocalRun } from '../../../local/run.ts';
import type { Platform } from '../platform.ts';
import { setting } from '../platform.ts';
import { crashingQuote } from './crashing.ts';
import type { FaultName } from './fault-names.ts';
import { killEverywhere } from './kill-points.ts';
import { createPoison } from './poison.ts';
import { toldOf, withRetries } from './retries.ts';
import { withPoison } from './with-poison.ts';
import { withProducerAhead } from './with-producer-ahead.ts';

/** Of the run, what faults are made of. */
export type FaultyRun = Pick<LocalRun, 'world' | 'takeable' | 'proxies' | 'functions'>;

export interface FaultsOptions {
  readonly run: FaultyRun;
  readonly platform: Platform;
  /** By source; they note what is sent wrong. */
  readonly senders: ReadonlyMap<string, SendFeedRecords>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Records a second, of all sources. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

export interface Faults {
  readonly create: (name: FaultName) => Fault;
  /** Dead letters that faults put there themselves, of those that were created. */
  readonly expected: () => readonly ExpectedLetters[];
}

/** Carries most of the records: what is to be met soon is sent there. */
const busiest = 'stadium-sensors';
const statementMs = 2_000;
const throttledShare = 1 / 3;
const memoryEveryMs = 3_000;
/** A guard holds a source of whose last 200 records in a shard more than half are rejected: this stays far below. */
const burstShare = 0.3;
const mostInBurst = 90;
const burstEveryMs = 2_000;
/** Of these, more would be a guard that came too late. */
const mostParked = 49;

/** A row that every batch of its shard updates, and those that a batch comes to before it: windows, in their order. */
const lockLater = `
  SELECT series, span_seconds, starts_at::text FROM millrace.windows
   WHERE series LIKE '${busiest}.%' ORDER BY starts_at DESC, random() LIMIT 1 FOR UPDATE`;
const lockEarlier = `
  SELECT FROM millrace.windows
   WHERE series LIKE '${busiest}.%' AND series < $1 AND span_seconds = $2 AND starts_at = $3::timestamptz
   ORDER BY series DESC FOR UPDATE`;

const needed = <T>(one: T | undefined): T => {
  if (!one) throw new Error('the run has not been started with the proxy that this fault needs');
  return one;
};

/** Makes faults of this run: here the mechanisms of `local/faults` get the names of our tables, queues and functions. */
export const createFaults = ({ run, platform, senders, random, rate, say }: FaultsOptions): Faults => {
  const { world, takeable, proxies, functions } = run;
  const { metrics } = world;
  const [first] = platform.running;
  const target = platform.running.find(({ source }) => source === busiest) ?? first;
  if (!first || !target) throw new Error('there is no source to break');
  const functionNames = [...new Set(platform.running.map(({ functionName }) => functionName))];
  const connect: ConnectSuperuser = () => world.postgres.admin(setting(first, 'DATABASE_NAME'));
  const senderTo = (source: string): SendFeedRecords => {
    const sender = senders.get(source);
    if (!sender) throw new Error(`nobody sends to ${source}`);
    return sender;
  };
  const poison = createPoison({
    source: target.source,
    sender: senderTo(target.source),
    random,
    mark: new Date().toISOString(),
  });
  const expected: ExpectedLetters[] = [];
  const complainOf = (name: string) => (error: unknown) =>
    say(`${name}: ${error instanceof Error ? error.message : String(error)}; goes on trying`);
  const poisoned = (fault: Fault, send: () => Promise<void>): Fault =>
    withPoison(fault, { send, everyMs: 1_000, complain: complainOf(fault.name) });

  const makers: Readonly<Record<FaultName, () => Fault>> = {
    kill: () =>
      killEverywhere({ source: first, proxies, functions, connect, poison, random, complain: complainOf('kill') }),
    'postgres-down': () => withRetries(serviceDown('postgres-down', takeable.postgres), metrics, ['store']),
    'postgres-slow': () => postgresSlow(needed(proxies.postgres), statementMs),
    'postgres-failover': () => withRetries(postgresFailover(connect), metrics, ['store']),
    'postgres-deadlock': () =>
      postgresDeadlock({
        connect,
        lockLater,
        lockEarlier,
        told: () => toldOf(metrics, 'Retries', (reason) => reason === 'store 40P01'),
        complain: complainOf('postgres-deadlock'),
      }),
    'dynamodb-throttle': () => dynamodbThrottle(needed(proxies.dynamodb), throttledShare, random),
    'dynamodb-down': () =>
      withRetries(serviceDown('dynamodb-down', takeable.dynamodb), metrics, ['entity-state', 'idempotency']),
    'queue-down': () =>
      poisoned(withRetries(serviceDown('queue-down', takeable.sqs), metrics, ['parked-queue']), () => poison.send(3)),
    'bucket-down': () =>
      poisoned(withRetries(serviceDown('bucket-down', takeable.s3), metrics, ['dead-letter-bucket']), poison.sendLarge),
    'registry-down': () =>
      withProducerAhead(
        withRetries(serviceDown('registry-down', takeable.registry), metrics, ['registry']),
        platform.encoder,
      ),
    'poison-burst': () => {
      let before = 0;
      const counted: Fault = {
        name: 'poison-burst',
        begin: async () => void (before = poison.sent()),
        end: async () => {},
        counts: () => [{ what: 'poisonous records', count: poison.sent() - before, must: true }],
      };
      const burst = Math.max(1, Math.min(mostInBurst, Math.floor(rate * burstShare)));
      return withPoison(counted, {
        send: () => poison.send(burst),
        everyMs: burstEveryMs,
        complain: complainOf('poison-burst'),
      });
    },
    'crash-record': () => {
      const { fault, expected: letter } = crashingQuote({
        functions,
        encoder: platform.encoder,
        sender: senderTo('market'),
        metrics,
      });
      expected.push(letter);
      return fault;
    },
    'bad-deploy': () => {
      expected.push({
        what: 'parked by the bad deploy, before it was held',
        least: 0,
        most: mostParked,
        isOne: ({ source, reason, via }) => source === target.source && reason === 'too-large' && via === 'parked',
      });
      return badDeploy({
        functions,
        functionName: target.functionName,
        environment: { MAX_RECORD_BYTES: '1' },
        held: () => toldOf(metrics, 'Held', () => true),
      });
    },
    'duplicate-delivery': () =>
      duplicateDelivery({ functions, functionNames, random, complain: complainOf('duplicate-delivery') }),
    'clock-skew': () => clockSkew(functions, functionNames, random),
    memory: () => memory({ functions, functionNames, everyMs: memoryEveryMs, now: Date.now }),
  };
  return { create: (name) => makers[name](), expected: () => expected };
};
