import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { serviceError } from '../aws/service-error.ts';
import type { SharedState } from './breaker-state.ts';
import { withTimeout } from './timeout.ts';

/** Both throw UnavailableError or MisconfiguredError, reason `controls`, where the table does not do its part in time. */
export interface BreakerStore {
  /** Strongly consistent. */
  read(dependency: string): Promise<SharedState | undefined>;
  /** False where the item is no longer as it was seen; `undefined` as seen: there was none. */
  replace(dependency: string, seen: SharedState | undefined, next: SharedState): Promise<boolean>;
}

/** The table mostly answers in 5 ms, and a new connection takes 100: what takes much longer is away. */
const usualTimeoutMs = 500;

/** The item of a dependency in the table `controls`. Rights needed: `dynamodb:GetItem` and `dynamodb:PutItem`. */
const breakerItemId = (dependency: string): string => `breaker/${dependency}`;

/**
 * The shared states of breakers, an item each. They never expire: their numbers must go on.
 * @param timeoutMs - for one request
 */
export const createBreakerStore = (
  client: DynamoDBClient,
  table: string,
  timeoutMs: number = usualTimeoutMs,
): BreakerStore => {
  const documents = DynamoDBDocumentClient.from(client);
  return {
    read: async (dependency) => {
      const question = new GetCommand({
        TableName: table,
        Key: { id: breakerItemId(dependency) },
        ConsistentRead: true,
      });
      try {
        const { Item: item } = await withTimeout(timeoutMs, (abortSignal) => documents.send(question, { abortSignal }));
        if (!item) return undefined;
        const { id: _, ...state } = item;
        return state as SharedState;
      } catch (error) {
        throw serviceError('controls', error);
      }
    },

    replace: async (dependency, seen, next) => {
      const write = new PutCommand({
        TableName: table,
        Item: { id: breakerItemId(dependency), ...next },
        ...(seen
          ? { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': seen.revision } }
          : { ConditionExpression: 'attribute_not_exists(id)' }),
      });
      try {
        await withTimeout(timeoutMs, (abortSignal) => documents.send(write, { abortSignal }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw serviceError('controls', error);
      }
    },
  };
};
