import type { ExpectedLetters } from '../../../feeds/wrong/check-wrong.ts';
import type { SendFeedRecords } from '../../../feeds/send-feed.ts';
import type { Subscriber } from '../../../feeds/subscriber/subscriber.ts';
import { clockSkew } from '../../../local/faults/clock-skew.ts';
import { consumerStopped } from '../../../local/faults/consumer-stopped.ts';
import { duplicateDelivery } from '../../../local/faults/duplicate-delivery.ts';
import { dynamodbThrottle } from '../../../local/faults/dynamodb-throttle.ts';
import type { Fault } from '../../../local/faults/fault.ts';
import { flakyEvents } from '../../../local/faults/flaky-events.ts';
import { memory } from '../../../local/faults/memory.ts';
import { postgresDeadlock } from '../../../local/faults/postgres-deadlock.ts';
import { postgresFailover } from '../../../local/faults/postgres-failover.ts';
import { postgresSlow } from '../../../local/faults/postgres-slow.ts';
import { serviceDown } from '../../../local/faults/service-down.ts';
import type { ConnectSuperuser } from '../../../local/faults/with-superuser.ts';
import type { LocalRun } from '../../../local/run.ts';
import { relay } from '../delivery.ts';
import type { Platform } from '../platform.ts';
import { setting } from '../platform.ts';
import { badDeployOf } from './bad-deploying.ts';
import { deadlocked } from './chaos-steps.ts';
import { clientCut } from './client-cut.ts';
import { crashingQuote } from './crashing.ts';
import type { FaultName } from './fault-names.ts';
import { killEverywhere } from './kill-points.ts';
import { killRelay } from './kill-relay.ts';
import { createPoison } from './poison.ts';
import { toldOf, withRetries, withTold } from './retries.ts';
import type { Traffic } from './traffic.ts';
import { withPoison } from './with-poison.ts';
import { withProducerAhead } from './with-producer-ahead.ts';

/** Of the run, what faults are made of. */
export type FaultyRun = Pick<LocalRun, 'world' | 'takeable' | 'proxies' | 'functions'>;

export interface FaultsOptions {
  readonly run: FaultyRun;
  readonly platform: Platform;
  /** Whom messages are delivered to. */
  readonly subscriber: Subscriber;
  /** By source; they note what is sent wrong. */
  readonly senders: ReadonlyMap<string, SendFeedRecords>;
  /** What the feed sends, by source. */
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** The sources that are fed, the busiest first. */
  readonly fed: readonly string[];
  /** From 0 to 1. */
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** Everything is to stop at once: nothing is waited for any longer. */
  readonly hurry: AbortSignal;
}

export interface Faults {
  readonly create: (name: FaultName) => Fault;
  /** Dead letters that faults put there themselves, of those that were begun. */
  readonly expected: () => readonly ExpectedLetters[];
}

const statementMs = 2_000;
const throttledShare = 1 / 3;
const memoryEveryMs = 3_000;
/** As much as is borne by then. */
const mostInBurst = 100;
const burstEveryMs = 2_000;

/** A row that every batch of its shard updates, and those that a batch comes to before it: windows, in their order. */
const lockLater = `
  SELECT series, span_seconds, starts_at::text FROM millrace.windows
   WHERE series LIKE '${deadlocked}.%' ORDER BY starts_at DESC, random() LIMIT 1 FOR UPDATE`;
const lockEarlier = `
  SELECT FROM millrace.windows
   WHERE series LIKE '${deadlocked}.%' AND series < $1 AND span_seconds = $2 AND starts_at = $3::timestamptz
   ORDER BY series DESC FOR UPDATE`;

const needed = <T>(one: T | undefined): T => {
  if (!one) throw new Error('the run has not been started with the proxy that this fault needs');
  return one;
};

/** Makes faults of this run: here the mechanisms of `local/faults` get the names of our tables, queues and functions. */
export const createFaults = (options: FaultsOptions): Faults => {
  const { run, platform, subscriber, senders, traffic, fed, random, say, hurry } = options;
  const { world, takeable, proxies, functions } = run;
  const { metrics } = world;
  const [first] = platform.running;
  // What is to be met soon is sent where most of the records go.
  const target = platform.running.find(({ source }) => source === fed[0]) ?? first;
  const targetTraffic = traffic.get(target?.source ?? '');
  if (!first || !target || !targetTraffic) throw new Error('there is no source to break');
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
    traffic: targetTraffic,
    random,
    mark: new Date().toISOString(),
  });
  const expected: ExpectedLetters[] = [];
  const complainOf = (name: string) => (error: unknown) =>
    say(`${name}: ${error instanceof Error ? error.message : String(error)}; goes on trying`);
  /** Of one that is never begun nothing is expected. */
  const expecting = (fault: Fault, letters: ExpectedLetters): Fault => ({
    ...fault,
    begin: () => {
      expected.push(letters);
      return fault.begin();
    },
  });
  const poisoned = (fault: Fault, send: () => Promise<void>): Fault =>
    withPoison(fault, { send, everyMs: 1_000, complain: complainOf(fault.name) });

  const makers: Readonly<Record<FaultName, () => Fault>> = {
    kill: () =>
      killEverywhere({
        source: first,
        proxies,
        functions,
        connect,
        poison,
        random,
        complain: complainOf('kill'),
        hurry,
      }),
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
    'dynamodb-down': () => withRetries(serviceDown('dynamodb-down', takeable.dynamodb), metrics, ['entity-state']),
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
      return withPoison(counted, {
        send: () => poison.send(mostInBurst),
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
        hurry,
      });
      return expecting(fault, letter);
    },
    'bad-deploy': () => {
      const { source, functionName } = target;
      const { fault, expected: letters } = badDeployOf({ functions, metrics, source, functionName });
      return expecting(fault, letters);
    },
    'duplicate-delivery': () =>
      duplicateDelivery({ functions, functionNames, random, complain: complainOf('duplicate-delivery') }),
    'clock-skew': () => clockSkew(functions, functionNames, random),
    'relay-kill': () => killRelay({ functions, connect, random, complain: complainOf('relay-kill'), hurry }),
    'relay-stopped': () =>
      consumerStopped({
        name: 'relay-stopped',
        queuePollers: world.queuePollers,
        functions,
        functionName: relay,
        waiting: { what: 'events that waited', count: async () => (await platform.delivery.progress()).unsent },
      }),
    'events-down': () =>
      withTold(serviceDown('events-down', takeable.events), {
        what: 'publishes that failed',
        told: () => toldOf(metrics, 'PublishFailed', (reason) => reason.split(' ')[0] === 'events'),
      }),
    'events-flaky': () => withRetries(flakyEvents('events-flaky', world.events), metrics, ['events']),
    'client-cut': () => clientCut(subscriber),
    memory: () => memory({ functions, functionNames, everyMs: memoryEveryMs, now: Date.now }),
  };
  return { create: (name) => makers[name](), expected: () => expected };
};
