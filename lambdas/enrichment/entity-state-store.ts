import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { bulkhead } from 'cockatiel';
import { serviceError } from '../shared/aws/service-error.ts';
import type { PlatformError } from '../shared/errors/platform-error.ts';
import type { Resilient } from '../shared/resilience/retry.ts';
import { withTimeout } from '../shared/resilience/timeout.ts';
import type { EnrichedEvent } from './event.ts';
import { inEventOrder } from './event-key.ts';

export interface EntityStateStore {
  /** One entry per event, in order: undefined when its entity's state is at least as new as it. Never throws. */
  project(events: readonly EnrichedEvent[], resilient: Resilient): Promise<readonly (PlatformError | undefined)[]>;
}

const atOnce = 20;

/** An item per entity and subject: a symbol's latest quote does not push out its latest trade. */
const entityOf = (source: string, { entity }: EnrichedEvent): string => `${source}:${entity}`;

const itemKey = ({ entity, decoded }: EnrichedEvent): string => `${decoded.subject} ${entity}`;

/** The newest event of each item, by (occurredAt, sourceEventId). */
export const newestOfEach = (events: readonly EnrichedEvent[]): Map<string, EnrichedEvent> => {
  const newest = new Map<string, EnrichedEvent>();
  for (const event of events) {
    const other = newest.get(itemKey(event));
    if (!other || inEventOrder(event.decoded.header, other.decoded.header) > 0) newest.set(itemKey(event), event);
  }
  return newest;
};

/** Latest state per entity: one conditional write per distinct item of a batch, and older never overwrites newer. */
export const createEntityStateStore = (client: DynamoDBClient, table: string, source: string): EntityStateStore => {
  const documents = DynamoDBDocumentClient.from(client);

  const put = async (event: EnrichedEvent, timeoutMs: number): Promise<void> => {
    const { subject, header } = event.decoded;
    try {
      const write = new PutCommand({
        TableName: table,
        Item: {
          entity: entityOf(source, event),
          subject,
          occurredAt: header.occurredAt,
          sourceEventId: header.sourceEventId,
          state: event.body,
        },
        ConditionExpression:
          'attribute_not_exists(entity) OR occurredAt < :at OR (occurredAt = :at AND sourceEventId < :id)',
        ExpressionAttributeValues: { ':at': header.occurredAt, ':id': header.sourceEventId },
      });
      await withTimeout(timeoutMs, (abortSignal) => documents.send(write, { abortSignal }));
    } catch (error) {
      // Not a failure: what is there is as new, or newer.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  return {
    project: async (events, resilient) => {
      const lanes = bulkhead(atOnce, Infinity); // bounded by the batch
      const errors = new Map<string, PlatformError>();
      await Promise.all(
        [...newestOfEach(events)].map(([key, event]) =>
          lanes.execute(async () => {
            try {
              await resilient((timeoutMs) => put(event, timeoutMs));
            } catch (error) {
              errors.set(key, serviceError('entity-state', error));
            }
          }),
        ),
      );
      return events.map((event) => errors.get(itemKey(event)));
    },
  };
};
