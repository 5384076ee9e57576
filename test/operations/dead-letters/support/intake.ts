import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { createIntakeStore } from '../../../../lambdas/operations/dead-letters/intake-store.ts';
import { readGivenUp } from '../../../../lambdas/operations/dead-letters/read-given-up.ts';
import { readParked } from '../../../../lambdas/operations/dead-letters/read-parked.ts';
import { takeIn, type IntakeDependencies } from '../../../../lambdas/operations/dead-letters/take-in.ts';
import { readEntry, type DeadLetterEntry } from '../../../../lambdas/shared/dead-letters/entry.ts';
import type { Facts, Telemetry } from '../../../../lambdas/shared/telemetry/batch-telemetry.ts';
import type { AwsServices } from '../../../support/aws-services.ts';
import { sqsEvent } from './deliveries.ts';

export interface Counted {
  /** `source metric reason` → sum; a duration counts how often it was given. */
  readonly sums: Map<string, number>;
  readonly warnings: { readonly message: string; readonly facts: Facts }[];
  published: number;
}

const telemetryInto = (counted: Counted, source: string): Telemetry => {
  const add = (key: string, value: number): void => void counted.sums.set(key, (counted.sums.get(key) ?? 0) + value);
  return {
    count: (metric, value) => add(`${source} ${metric}`, value),
    countByReason: (metric, reason, value) => add(`${source} ${metric} ${reason}`, value),
    duration: (metric) => add(`${source} ${metric}`, 1),
    info: () => {},
    warn: (message, facts) => void counted.warnings.push({ message, facts }),
    error: () => {},
    publish: () => void (counted.published += 1),
  };
};

export interface Intake {
  readonly counted: Counted;
  readonly parked: (bodies: readonly string[], timeoutMs?: number) => Promise<SQSBatchResponse>;
  readonly givenUp: (bodies: readonly string[], timeoutMs?: number) => Promise<SQSBatchResponse>;
}

type Clients = Pick<AwsServices, 'dynamodb' | 's3'>;

/** Both handlers as they are deployed, with clients of a test and a record of what they count. */
export const createIntake = (clients: Clients, table = 'dead-letters'): Intake => {
  const counted: Counted = { sums: new Map(), warnings: [], published: 0 };
  const telemetries = new Map(['market', 'other'].map((source) => [source, telemetryInto(counted, source)]));
  const dependencies: IntakeDependencies = {
    store: createIntakeStore(clients, { table, bucket: 'dead-letters', keptDays: 90 }),
    telemetryOf: (source = 'other') => telemetries.get(source) ?? (telemetries.get('other') as Telemetry),
    now: Date.now,
  };
  const context = (timeoutMs: number) => ({ getRemainingTimeInMillis: () => timeoutMs }) as Context;
  const sources = new Map([['millrace-test-market', 'market']]);
  const parked = takeIn(dependencies, readParked);
  const givenUp = takeIn(dependencies, readGivenUp(dependencies.store, 'dead-letters', sources));
  return {
    counted,
    parked: (bodies, timeoutMs = 10_000) => parked(sqsEvent(bodies), context(timeoutMs)),
    givenUp: (bodies, timeoutMs = 10_000) => givenUp(sqsEvent(bodies), context(timeoutMs)),
  };
};

/** Every entry of a stream, by id. */
export const entriesOf = async ({ dynamodb }: Clients, stream: string): Promise<DeadLetterEntry[]> => {
  const entries: DeadLetterEntry[] = [];
  const pages = paginateScan(
    { client: DynamoDBDocumentClient.from(dynamodb) },
    { TableName: 'dead-letters', ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) entries.push(...Items.map(readEntry));
  return entries.filter((entry) => entry.stream === stream).sort((a, b) => (a.id < b.id ? -1 : 1));
};
