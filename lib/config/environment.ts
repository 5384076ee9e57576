import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The platform in one place: `cdk synth -c env=<name>`. */
export const environmentNames = ['local', 'dev', 'staging', 'prod'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** How one source's records are carried and read. A source is one row of these. */
export interface SourceSettings {
  readonly transport: 'kinesis';
  /** What producers may send on this source's stream: folders of `schemas/`. */
  readonly subjects: readonly string[];
  /** A shard takes 1,000 records or 1 MiB a second. */
  readonly shards: number;
  /** Lanes per shard; a partition key stays in its lane. 1 to 10. */
  readonly lanesPerShard: number;
  /** Records an invocation gets at most. 500 is what the one-statement write was measured with. */
  readonly batchSize: number;
  /** Instances at most, and as many database connections. At least one a lane, or lanes are throttled. */
  readonly reservedConcurrency: number;
  readonly memoryMb: number;
  /** The function waits inside an invocation for at most half of this. */
  readonly timeoutSeconds: number;
  /** How often Lambda tries a failing record again before it goes to the give-ups bucket. Bounds crash loops. */
  readonly attempts: number;
  /** How long a dependency must be away before the reading is stopped: shorter outages are waited out. 1 to 600. */
  readonly holdAfterSeconds: number;
  /** How long the stream keeps a record; longer than the platform tries to store it. */
  readonly retentionHours: number;
  /** After this, Lambda gives up on a record. Bounds outages. */
  readonly maxRecordAgeHours: number;
  /** How long the reading of a source may be stopped on purpose, so that nothing is given up meanwhile. */
  readonly longestHoldHours: number;
  /** How far behind the newest record the function may fall before someone is told. */
  readonly maxLagSeconds: number;
}

export interface DatabaseSettings {
  /** Aurora capacity units, steps of 0.5. The least of 0 lets it pause, and then start slowly. */
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** `max_connections`: all functions together get fewer. */
  readonly connections: number;
  /** Standby instances in another zone; they take over when the writer fails. */
  readonly standbys: number;
  /** A proxy shares connections and survives failovers; billed for at least 8 capacity units. */
  readonly proxy: boolean;
  /** Storage without a price per I/O: cheaper where the platform writes all day. */
  readonly ioOptimized: boolean;
  readonly backupDays: number;
}

/** How what enrichment has put into the outbox reaches connected clients. */
export interface DeliverySettings {
  /** Relays at once, and as many database connections: each publishes for many channels. At least 2. */
  readonly relayConcurrency: number;
  /** A relay lets go of its channels, and asks to be called again, before this is over. */
  readonly relayTimeoutSeconds: number;
  /** How long a relay that has died keeps its channels from the others. Live ones take their leases again. */
  readonly leaseSeconds: number;
  /** How far back a client of an `each` channel can resume; older messages are deleted. */
  readonly keepEachHours: number;
  /** How long messages of `latest` channels are kept, for whoever looks into the table: clients are served snapshots. */
  readonly keepLatestHours: number;
  readonly memoryMb: number;
  /** How old the oldest message that has not been published may become before someone is told. */
  readonly maxUnsentSeconds: number;
}

/** Who may ask over HTTP, and how often. */
export interface RestApiSettings {
  /** Instances of each of its functions at most; those that read the database take as many connections. */
  readonly reservedConcurrency: number;
  /** Of all callers together; more are answered 429. */
  readonly requestsPerSecond: number;
  /** Pages that a browser lets call it, such as `https://live.example.com`; `*` is any, and nothing allows none. */
  readonly origins: readonly string[];
}

/** Whose tokens clients come with: for the channels and for the HTTP API alike. */
export interface OidcSettings {
  /** As the `iss` of its tokens says, without `/.well-known/openid-configuration`. */
  readonly issuer: string;
  /** The `aud` of a token that is for us. */
  readonly audience: string;
}

/** Everything that differs between environments. Constructs see values, never a name to branch on. */
export interface Environment {
  readonly name: EnvironmentName;
  /** Keep data, and refuse to delete it, when a stack goes. */
  readonly retainData: boolean;
  /** Lambda instances the account may run at once; 100 of them stay free for everything else. */
  readonly accountConcurrency: number;
  readonly logDays: RetentionDays;
  /** E-mail addresses that are told of alarms; each has to confirm once. */
  readonly alarmRecipients: readonly string[];
  /** How long what Lambda gave up on, and large parked bytes, are kept. At least 90. */
  readonly deadLetterDays: number;
  /** Events older than this are rejected as `too-old`; longer than dead letters live. `none` keeps every age. */
  readonly horizonDays: number | 'none';
  /** A larger record is rejected as `too-large`. */
  readonly maxRecordBytes: number;
  /** How far ahead of our clock an event time may be. */
  readonly maxFutureSeconds: number;
  /** Days from today for which the events table has partitions ahead of need. */
  readonly partitionDaysAhead: number;
  readonly database: DatabaseSettings;
  /** Ways from the relay to the internet: one is one zone's outage away from none. Billed by the hour. 1 or 2. */
  readonly natGateways: number;
  readonly delivery: DeliverySettings;
  readonly restApi: RestApiSettings;
  readonly oidc: OidcSettings;
  readonly sources: Readonly<Record<string, SourceSettings>>;
}
