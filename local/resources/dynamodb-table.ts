import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import { physicalName, provider } from './provider.ts';
import { until } from './until.ts';

const KeySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const GlobalSecondaryIndex = z.strictObject({
  IndexName: z.string(),
  KeySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});

const Properties = z.strictObject({
  TableName: z.optional(z.string()),
  KeySchema,
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z.optional(z.array(GlobalSecondaryIndex)),
});

const describe = async ({ dynamodb }: Clients, name: string): Promise<TableDescription | undefined> => {
  try {
    return (await dynamodb.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const keyText = (keys: readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[] = []): string =>
  keys.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');

interface Keyed {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: Parameters<typeof keyText>[0];
  readonly Projection?:
    | { readonly ProjectionType?: string | undefined; readonly NonKeyAttributes?: string[] | undefined }
    | undefined;
}

const indexText = (indexes: readonly Keyed[] = []): string => {
  const texts = indexes.map(({ IndexName, KeySchema, Projection }) => {
    const attributes = [...(Projection?.NonKeyAttributes ?? [])].sort();
    return `${IndexName} (${keyText(KeySchema)}; ${[Projection?.ProjectionType, ...attributes].join(' ')})`;
  });
  return texts.sort().join(', ') || 'none';
};

export const dynamodbTable = provider('AWS::DynamoDB::Table', Properties, async (properties, request) => {
  const { clients, world, place } = request;
  const { TableName = physicalName(place, 255), ...definition } = properties;
  if (!(await describe(clients, TableName)))
    await clients.dynamodb.send(new CreateTableCommand({ TableName, ...definition }));
  const table = await until(`the table ${TableName} to be active`, async () => {
    const found = await describe(clients, TableName);
    return found?.TableStatus === 'ACTIVE' ? found : undefined;
  });
  if (keyText(table.KeySchema) !== keyText(properties.KeySchema)) {
    throw new Error(
      `the kept data folder has the table ${TableName} with the key ${keyText(table.KeySchema)}, the template says ` +
        `${keyText(properties.KeySchema)}. Start with another data folder.`,
    );
  }
  const [found, wanted] = [indexText(table.GlobalSecondaryIndexes), indexText(properties.GlobalSecondaryIndexes)];
  if (found !== wanted) {
    throw new Error(
      `the kept data folder has the table ${TableName} with the indexes ${found}, the template says ${wanted}. ` +
        'Start with another data folder.',
    );
  }
  return {
    ref: TableName,
    attributes: { Arn: `arn:aws:dynamodb:${world.region}:${world.accountId}:table/${TableName}` },
  };
});
