import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { serviceError } from '../shared/aws/service-error.ts';
import type { StreamPosition } from '../shared/stream/position.ts';
import { decodeVerdicts, encodeVerdicts } from './verdict-coding.ts';
import type { Verdicts } from './verdicts.ts';

export type Shard = Pick<StreamPosition, 'stream' | 'shard'>;

/** What stands in the table, and the number of its writes. */
export interface StoredVerdicts {
  /** Undefined also for what another release has written and this one cannot read: it is written anew. */
  readonly verdicts: Verdicts | undefined;
  /** 0 where nothing stands. */
  readonly revision: number;
}

/** Both throw UnavailableError or MisconfiguredError, reason `controls`, where the table does not do its part. */
export interface VerdictStore {
  /** Strongly consistent. */
  read(shard: Shard): Promise<StoredVerdicts>;
  /** False where another write came between. @param revision - of what was read */
  write(shard: Shard, verdicts: Verdicts, revision: number, now: number): Promise<boolean>;
}

const Revision = z.object({ revision: z.int().check(z.positive()) });
const Item = z.object({
  deployment: z.string(),
  holdNumber: z.int(),
  full: z.boolean(),
  behind: z.optional(z.string()),
  coded: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  reasons: z.array(z.string()),
});

/** A stream that was quiet for longer than it keeps its records begins anew. Seconds. */
const kept = 7 * 24 * 3600;

const itemId = ({ stream, shard }: Shard): string => `verdicts/${stream}/${shard}`;

/** An item a shard in the table `controls`. Rights needed: `dynamodb:GetItem` and `dynamodb:PutItem` on `verdicts/*`. */
export const createVerdictStore = (client: DynamoDBClient, table: string): VerdictStore => {
  const documents = DynamoDBDocumentClient.from(client);
  return {
    read: async (shard) => {
      const { Item: item } = await documents
        .send(new GetCommand({ TableName: table, Key: { id: itemId(shard) }, ConsistentRead: true }))
        .catch((error: unknown) => {
          throw serviceError('controls', error);
        });
      if (!item) return { verdicts: undefined, revision: 0 };
      const { data: { revision } = { revision: 0 } } = Revision.safeParse(item);
      return { verdicts: readVerdicts(item), revision };
    },
    write: async (shard, { records, ...rest }, revision, now) => {
      const { bytes, reasons } = encodeVerdicts(records);
      try {
        await documents.send(
          new PutCommand({
            TableName: table,
            Item: {
              id: itemId(shard),
              revision: revision + 1,
              ...rest,
              coded: bytes,
              reasons,
              expiresAt: Math.floor(now / 1000) + kept,
            },
            ...(revision === 0
              ? { ConditionExpression: 'attribute_not_exists(revision)' }
              : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': revision } }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw serviceError('controls', error);
      }
    },
  };
};

const readVerdicts = (item: Readonly<Record<string, unknown>>): Verdicts | undefined => {
  const parsed = Item.safeParse(item);
  if (!parsed.success) return undefined;
  const { coded, reasons, behind, ...verdicts } = parsed.data;
  try {
    const records = decodeVerdicts({ bytes: coded, reasons });
    return { ...verdicts, ...(behind === undefined ? {} : { behind }), records };
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
};
