import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { serviceError } from '../aws/service-error.ts';
import { UnavailableError } from '../errors/platform-error.ts';
import {
  mappingNoted,
  placed,
  readHold,
  released,
  type Hold,
  type HoldToPlace,
  type HoldToRelease,
  type MappingNote,
} from './hold.ts';

/**
 * All of these throw UnavailableError or MisconfiguredError, reason `controls`, where the table does not do its part, and
 * UnreadableHoldError where the item is not as we write it.
 */
export interface HoldStore {
  /** The latest hold of a source, standing or ended; strongly consistent. */
  read(source: string): Promise<Hold | undefined>;
  /** False where one stands. */
  place(wanted: HoldToPlace): Promise<boolean>;
  /** False where this number does not stand. */
  release(wanted: HoldToRelease): Promise<boolean>;
  /** False where the number is another, the mapping was noted so before, or it is to go off and this number has ended. */
  noteMapping(wanted: MappingNote): Promise<boolean>;
}

/** Whoever loses a write mostly finds that there is nothing left to write: two tries are common, more are not. */
const tries = 5;

/** The item of a source in the table `controls`. Rights needed: `dynamodb:GetItem` and `dynamodb:PutItem`. */
const holdItemId = (source: string): string => `hold/${source}`;

/**
 * Holds are one item a source. Every write names the revision it was made from, so that of several at once one succeeds
 * and the others look again.
 */
export const createHoldStore = (client: DynamoDBClient, table: string): HoldStore => {
  const documents = DynamoDBDocumentClient.from(client);

  const load = async (source: string): Promise<{ readonly hold?: Hold; readonly revision: number }> => {
    const { Item: item } = await documents
      .send(new GetCommand({ TableName: table, Key: { id: holdItemId(source) }, ConsistentRead: true }))
      .catch((error: unknown) => {
        throw serviceError('controls', error);
      });
    return item ? { hold: readHold(item), revision: Number(item['revision']) } : { revision: 0 };
  };

  /** False where another write came first. */
  const save = async (hold: Hold, revision: number): Promise<boolean> => {
    try {
      await documents.send(
        new PutCommand({
          TableName: table,
          Item: { id: holdItemId(hold.source), revision: revision + 1, ...hold },
          ...(revision === 0
            ? { ConditionExpression: 'attribute_not_exists(id)' }
            : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': revision } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw serviceError('controls', error);
    }
  };

  const change = async (source: string, step: (latest: Hold | undefined) => Hold | undefined): Promise<boolean> => {
    for (let n = 0; n < tries; n += 1) {
      const { hold, revision } = await load(source);
      const next = step(hold);
      if (!next) return false;
      if (await save(next, revision)) return true;
    }
    throw new UnavailableError('controls', `the hold of ${source} changed ${tries} times while it was being written`);
  };

  return {
    read: async (source) => (await load(source)).hold,
    place: (wanted) => change(wanted.source, (latest) => placed(latest, wanted)),
    release: (wanted) => change(wanted.source, (latest) => released(latest, wanted)),
    noteMapping: (wanted) => change(wanted.source, (latest) => mappingNoted(latest, wanted)),
  };
};
