import * as z from 'zod';
import type { KinesisMapping, PollerHost } from '../../world.ts';
import { parseInput } from '../action-router.ts';
import { notFound } from '../aws-error.ts';

/** A mapping as the Lambda API shows it. */
const shown = (mapping: KinesisMapping): Record<string, unknown> => ({
  UUID: mapping.uuid,
  EventSourceMappingArn: `arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:${mapping.uuid}`,
  EventSourceArn: mapping.streamArn,
  FunctionArn: mapping.functionArn,
  State: mapping.enabled ? 'Enabled' : 'Disabled',
  BatchSize: mapping.batchSize,
  MaximumBatchingWindowInSeconds: mapping.batchingWindowMs / 1000,
  BisectBatchOnFunctionError: mapping.bisect,
  MaximumRetryAttempts: mapping.maxAttempts,
  MaximumRecordAgeInSeconds: mapping.maxAgeMs < 0 ? -1 : mapping.maxAgeMs / 1000,
  ParallelizationFactor: mapping.parallelization,
  StartingPosition: mapping.startingPosition,
  FunctionResponseTypes: mapping.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
  ...(mapping.onFailureArn === undefined
    ? {}
    : { DestinationConfig: { OnFailure: { Destination: mapping.onFailureArn } } }),
});

const findMapping = (pollers: PollerHost, uuid: string): KinesisMapping => {
  const found = pollers.list().find((mapping) => mapping.uuid === uuid);
  if (!found) throw notFound(`There is no event source mapping "${uuid}".`);
  return found;
};

/** A function by its name or ARN, with or without a version. */
const isFunction = (mapping: KinesisMapping, nameOrArn: string): boolean =>
  mapping.functionArn === nameOrArn || mapping.functionArn.endsWith(`:function:${nameOrArn}`);

export const listMappings = (pollers: PollerHost, query: URLSearchParams): unknown => {
  const functionName = query.get('FunctionName');
  const eventSourceArn = query.get('EventSourceArn');
  const found = pollers
    .list()
    .filter((mapping) => functionName === null || isFunction(mapping, functionName))
    .filter((mapping) => eventSourceArn === null || mapping.streamArn === eventSourceArn);
  return { EventSourceMappings: found.map(shown) };
};

export const getMapping = (pollers: PollerHost, uuid: string): unknown => shown(findMapping(pollers, uuid));

const Update = z.strictObject({ Enabled: z.boolean() });

/** Only what an operator does to a running mapping: stop it and start it. Everything else comes from the template. */
export const updateMapping = (pollers: PollerHost, uuid: string, body: unknown): unknown => {
  findMapping(pollers, uuid);
  const { Enabled } = parseInput('UpdateEventSourceMapping', Update, body);
  pollers.setEnabled(uuid, Enabled);
  return shown(findMapping(pollers, uuid));
};
