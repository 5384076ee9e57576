import * as z from 'zod';
import type { KinesisMapping, PollerHost, QueueMapping, QueuePollerHost } from '../../world.ts';
import { parseInput } from '../action-router.ts';
import { notFound } from '../aws-error.ts';

type Mapping = KinesisMapping | QueueMapping;

/** All mappings of the run, whatever their source. */
export interface Mappings {
  readonly pollers: PollerHost;
  readonly queuePollers: QueuePollerHost;
}

const all = ({ pollers, queuePollers }: Mappings): readonly Mapping[] => [...pollers.list(), ...queuePollers.list()];

const sourceArn = (mapping: Mapping): string => ('streamArn' in mapping ? mapping.streamArn : mapping.queueArn);

const ofStream = (mapping: KinesisMapping): Record<string, unknown> => ({
  BisectBatchOnFunctionError: mapping.bisect,
  MaximumRetryAttempts: mapping.maxAttempts,
  MaximumRecordAgeInSeconds: mapping.maxAgeMs < 0 ? -1 : mapping.maxAgeMs / 1000,
  ParallelizationFactor: mapping.parallelization,
  StartingPosition: mapping.startingPosition,
  ...(mapping.onFailureArn === undefined
    ? {}
    : { DestinationConfig: { OnFailure: { Destination: mapping.onFailureArn } } }),
});

const ofQueue = ({ maxConcurrency }: QueueMapping): Record<string, unknown> =>
  maxConcurrency === undefined ? {} : { ScalingConfig: { MaximumConcurrency: maxConcurrency } };

/** A mapping as the Lambda API shows it. */
const shown = (mapping: Mapping): Record<string, unknown> => ({
  UUID: mapping.uuid,
  EventSourceMappingArn: `arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:${mapping.uuid}`,
  EventSourceArn: sourceArn(mapping),
  FunctionArn: mapping.functionArn,
  State: mapping.enabled ? 'Enabled' : 'Disabled',
  BatchSize: mapping.batchSize,
  MaximumBatchingWindowInSeconds: mapping.batchingWindowMs / 1000,
  FunctionResponseTypes: mapping.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
  ...('streamArn' in mapping ? ofStream(mapping) : ofQueue(mapping)),
});

const findMapping = (mappings: Mappings, uuid: string): Mapping => {
  const found = all(mappings).find((mapping) => mapping.uuid === uuid);
  if (!found) throw notFound(`There is no event source mapping "${uuid}".`);
  return found;
};

/** A function by its name or ARN, with or without a version. */
const isFunction = (mapping: Mapping, nameOrArn: string): boolean =>
  mapping.functionArn === nameOrArn || mapping.functionArn.endsWith(`:function:${nameOrArn}`);

export const listMappings = (mappings: Mappings, query: URLSearchParams): unknown => {
  const functionName = query.get('FunctionName');
  const eventSourceArn = query.get('EventSourceArn');
  const found = all(mappings)
    .filter((mapping) => functionName === null || isFunction(mapping, functionName))
    .filter((mapping) => eventSourceArn === null || sourceArn(mapping) === eventSourceArn);
  return { EventSourceMappings: found.map(shown) };
};

export const getMapping = (mappings: Mappings, uuid: string): unknown => shown(findMapping(mappings, uuid));

const Update = z.strictObject({ Enabled: z.boolean() });

/** Only what an operator does to a running mapping: stop it and start it. Everything else comes from the template. */
export const updateMapping = (mappings: Mappings, uuid: string, body: unknown): unknown => {
  findMapping(mappings, uuid);
  const { Enabled } = parseInput('UpdateEventSourceMapping', Update, body);
  for (const host of [mappings.pollers, mappings.queuePollers]) host.setEnabled(uuid, Enabled);
  return shown(findMapping(mappings, uuid));
};
