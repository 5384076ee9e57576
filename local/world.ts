import type { Client } from 'pg';
import type { MetricsStore } from './services/cloudwatch/metrics-store.ts';
import type { HttpApiHost } from './services/http-api/start-http-apis.ts';

/** Where each local service listens: `http://127.0.0.1:<port>`. */
export interface Endpoints {
  readonly kinesis: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  readonly glue: string;
  readonly secretsmanager: string;
  readonly scheduler: string;
  readonly monitoring: string;
  readonly lambda: string;
}

/**
 * The local PostgreSQL, which stands for Aurora. As there, a member of `rds_superuser` logs in with a password; only then
 * come members of `rds_iam`, who need none here. (In this order in pg_hba.conf: the master user may hand out `rds_iam`,
 * which makes it a member of both.)
 */
export interface PostgresServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile: string;
  readonly serverMajor: number;
  /** A connected superuser; the caller ends it. @param database - where it is to look @default postgres */
  admin(database?: string): Promise<Client>;
}

export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** The unpacked bundle. */
  readonly codeDir: string;
  readonly handler: 'index.handler';
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
}

/** What an invocation came to. */
export type FunctionResult =
  | { readonly payload: unknown; readonly requestId: string }
  | {
      readonly error: 'Unhandled';
      readonly message: string;
      readonly kind: 'thrown' | 'timeout' | 'exit' | 'memory';
      readonly requestId: string;
    };

/** `throttled` says why the function was not invoked: all that it has reserved is busy. */
export type InvokeResult = FunctionResult | { readonly throttled: string };

/** Runs the functions: one child process per concurrent instance. */
export interface FunctionHost {
  define(spec: FunctionSpec): void;
  get(nameOrArn: string): FunctionSpec | undefined;
  invoke(nameOrArn: string, payload: unknown): Promise<InvokeResult>;
  /** Kills every instance of a function as a crash would. @returns how many there were */
  kill(nameOrArn: string): number;
  /** What its instances cost: milliseconds from spawn to ready, and the largest resident set so far. */
  instances(nameOrArn: string): readonly { readonly initMs: number; readonly peakRssMb: number }[];
}

/** An event source mapping of a Kinesis stream, in our units. */
export interface KinesisMapping {
  readonly uuid: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly bisect: boolean;
  /** Retries after the first attempt; -1 for ever. */
  readonly maxAttempts: number;
  /** -1 for ever. */
  readonly maxAgeMs: number;
  readonly parallelization: number;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly reportBatchItemFailures: boolean;
  /** ARN of the bucket that give-ups go to. */
  readonly onFailureArn?: string;
}

/** How far a mapping has come in one shard. */
export interface ShardProgress {
  readonly shard: string;
  /** Sequence number of the last record that is finished; undefined before the first. */
  readonly checkpoint: string | undefined;
  /** When the shard was last found with nothing more to read, milliseconds since the epoch; 0 before the first time. */
  readonly emptyAt: number;
  /** When the last record that is finished arrived, milliseconds since the epoch; 0 before the first of this run. */
  readonly finishedUntil: number;
}

/** One attempt at a batch of a stream. */
export interface BatchReport {
  readonly functionArn: string;
  readonly records: number;
  /** From the invoke to the answer, milliseconds. */
  readonly ms: number;
  /**
   * `partly`: it goes on from a record; `split`: the function broke, and the halves are tried; `failed`: it is tried
   * again as it is; `given-up`: its attempts are spent, or it is too old; `throttled`: not invoked, which is no attempt.
   */
  readonly outcome: 'finished' | 'partly' | 'split' | 'failed' | 'given-up' | 'throttled';
  /** Attempts counted against `MaximumRetryAttempts` so far, this one included. */
  readonly failures: number;
}

/** Polls the streams for the mappings it was given. */
export interface PollerHost {
  add(mapping: KinesisMapping): void;
  list(): readonly KinesisMapping[];
  /** Stops or resumes reading; what is being processed is finished first. */
  setEnabled(uuid: string, enabled: boolean): void;
  /** Every shard that a mapping has seen. */
  progress(uuid: string): readonly ShardProgress[];
  /** Tells of every batch from now on; several may listen. */
  onBatch(listener: (batch: BatchReport) => void): void;
}

/** An event source mapping of an SQS queue, in our units. */
export interface QueueMapping {
  readonly uuid: string;
  readonly functionArn: string;
  readonly queueArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  /** Most invocations at once; the function's own limit holds as well. */
  readonly maxConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
  /** How long the queue hides what was received: as long as that, a batch that is throttled is tried again. */
  readonly visibilityMs: number;
}

/** Polls the queues for the mappings it was given. */
export interface QueuePollerHost {
  add(mapping: QueueMapping): void;
  list(): readonly QueueMapping[];
  /** Stops or resumes receiving; what is being processed is finished first. */
  setEnabled(uuid: string, enabled: boolean): void;
}

/** What a bucket tells a queue: of every object that is created under a prefix. */
export interface BucketNotification {
  readonly id: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly queueArn: string;
}

/** Tells queues of new objects in buckets. */
export interface BucketNotifier {
  add(notification: BucketNotification): void;
}

/** A kind of proof that AppSync takes. Others of AWS have no local counterpart. */
export type EventAuthType = 'AWS_IAM' | 'OPENID_CONNECT';

/** An AppSync Event API. */
export interface EventApi {
  readonly name: string;
  /** Who vouches for tokens; what is left out is not checked. */
  readonly openIdConnect?: {
    readonly issuer: string;
    /** A regular expression over the whole `aud` or `azp` of a token. */
    readonly clientId?: string;
    /** How old a token may be since `iat`, milliseconds. */
    readonly issuedWithinMs?: number;
    /** How long ago its bearer may have logged in (`auth_time`), milliseconds. */
    readonly authenticatedWithinMs?: number;
  };
  readonly connectionAuth: readonly EventAuthType[];
  /** Of namespaces that say nothing else. */
  readonly publishAuth: readonly EventAuthType[];
  readonly subscribeAuth: readonly EventAuthType[];
}

/** The first segment of its channels' names, and who may do what in them. */
export interface EventNamespace {
  readonly name: string;
  readonly publishAuth?: readonly EventAuthType[];
  readonly subscribeAuth?: readonly EventAuthType[];
}

/** What becomes of the next publish calls: one entry a call, the first first. Tests and faults say so. */
export type PublishFault =
  /** Nothing happens to it. */
  | { readonly kind: 'none' }
  /** The events at these places fail and are not sent; the others are. */
  | { readonly kind: 'half'; readonly failed: readonly number[] }
  /** Too many requests (429); nothing is sent. */
  | { readonly kind: 'throttled' }
  /** An internal failure (500); nothing is sent. */
  | { readonly kind: 'failed' }
  /** All are sent, and the answer never comes: the connection is cut. */
  | { readonly kind: 'unanswered' }
  /** All are accepted, and none arrives: subscribers get `broadcast_error` in the place of each. */
  | { readonly kind: 'lost' }
  /** It takes as much longer, in milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number };

/** AppSync Events, in a process of its own: one API, on one port, with and without TLS. */
export interface EventsHost {
  /**
   * Deploys an API, or changes the one there is; the process serves it when this resolves.
   * @returns its id, and where it is: `localhost:<port>`, with TLS
   * @throws Error for a second API
   */
  define(api: EventApi): Promise<{ readonly apiId: string; readonly httpDns: string; readonly realtimeDns: string }>;
  /** @throws Error for an API that is not there */
  addNamespace(apiId: string, namespace: EventNamespace): Promise<void>;
  /** The same without TLS, for a browser that does not know the local authority: `http://127.0.0.1:<port>`. */
  readonly plainEndpoint: string;
  /** Lets the next publish calls fail; replaces what was still to come. */
  fail(faults: readonly PublishFault[]): Promise<void>;
}

/** What a token is to say; the rest is as usual. */
export interface TokenWish {
  readonly subject?: string;
  readonly audience?: string;
  readonly issuer?: string;
  /** Separated by blanks. */
  readonly scope?: string;
  /** Negative for one that has expired. */
  readonly expiresInSeconds?: number;
}

/** An OpenID Connect issuer: discovery, public keys and a token endpoint (`/oauth2/token`, client_credentials). */
export interface Issuer {
  /** `http://127.0.0.1:<port>`; its name in tokens is another. */
  readonly endpoint: string;
  /** The names that a template gives it and its clients; tokens are minted for them. @throws Error for a second name */
  define(issuer: string, audience: string): void;
  /** @returns the claims @throws TokenError saying why the token is not taken */
  verify(
    token: string,
    expected: { readonly issuer: string; readonly audience?: string },
  ): Promise<Readonly<Record<string, unknown>>>;
  mint(wish?: TokenWish): Promise<string>;
}

/** Everything a deploy needs to know about the machine it deploys to. */
export interface LocalWorld {
  readonly region: 'eu-west-1';
  readonly accountId: '000000000000';
  /** Everything a run keeps: the next run over the same folder goes on where this one stopped. */
  readonly dataDir: string;
  progress(line: string): void;
  readonly endpoints: Endpoints;
  readonly postgres: PostgresServer;
  readonly functions: FunctionHost;
  readonly pollers: PollerHost;
  readonly queuePollers: QueuePollerHost;
  readonly notifier: BucketNotifier;
  readonly events: EventsHost;
  readonly issuer: Issuer;
  readonly metrics: MetricsStore;
  readonly httpApis: HttpApiHost;
}
