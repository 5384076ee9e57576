import type { Proxied } from '../../../local/faults/proxy/start-proxies.ts';

interface Known {
  /** For the help: what happens, in a line. */
  readonly line: string;
  /** What a proxy has to stand in front of. */
  readonly proxied?: readonly Proxied[];
}

const known = {
  kill: {
    line: 'SIGKILL to functions, before and after statement, parking, projection and wake',
    proxied: ['dynamodb', 'sqs'],
  },
  'postgres-down': { line: 'PostgreSQL is killed, and comes back through crash recovery' },
  'postgres-slow': { line: 'every statement takes two seconds longer', proxied: ['postgres'] },
  'postgres-failover': { line: 'all connections are cut, and the server only reads' },
  'postgres-deadlock': { line: 'a session takes rows in the other order: real deadlocks' },
  'dynamodb-throttle': { line: 'a third of what functions ask is refused as throttled', proxied: ['dynamodb'] },
  'dynamodb-down': { line: 'DynamoDB is killed, and comes back' },
  'queue-down': { line: 'SQS is killed, and comes back' },
  'bucket-down': { line: 'S3 is killed, and comes back' },
  'registry-down': { line: 'the schema registry is gone, and a producer uses schemas nobody has met' },
  'poison-burst': { line: 'bursts of wrong records in one stream, fewer than would be held' },
  'crash-record': { line: 'one record ends every process that gets it, until Lambda gives up on it' },
  'bad-deploy': { line: 'one source is deployed with a setting that rejects every record' },
  'duplicate-delivery': { line: 'finished batches are delivered again, also at the same time as others' },
  'clock-skew': { line: 'functions with clocks up to four minutes ahead or behind' },
  'relay-kill': { line: 'SIGKILL to the relay between publishing messages and marking them' },
  'relay-stopped': { line: 'nobody relays: what is to be delivered waits' },
  'events-down': { line: 'AppSync Events is killed, and comes back' },
  'events-flaky': { line: 'AppSync Events takes calls in part, refuses them, or loses what it has taken' },
  'client-cut': { line: 'a subscriber is cut off, and asks for what it missed' },
  memory: { line: 'functions that take more memory than they have are ended' },
} as const satisfies Readonly<Record<string, Known>>;

/** A fault, as a person asks for it. */
export type FaultName = keyof typeof known;

/** In the order in which `all` has them. */
export const faultNames = Object.keys(known) as readonly FaultName[];

export const isFaultName = (name: string): name is FaultName => Object.hasOwn(known, name);

/** A line of the help for each. */
export const faultLines: readonly string[] = faultNames.map((name) => `  ${name.padEnd(19)} ${known[name].line}`);

/** In front of what a proxy has to stand for some faults. */
export const proxiedFor = (names: readonly FaultName[]): readonly Proxied[] => [
  ...new Set(names.flatMap((name): readonly Proxied[] => (known[name] as Known).proxied ?? [])),
];
