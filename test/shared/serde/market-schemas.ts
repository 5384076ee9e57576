import type { Schema } from 'avsc';
import type { KnownSchema } from '../../../lambdas/shared/serde/known-schema.ts';
import { knownSchemas } from '../../../lambdas/shared/serde/known-schemas.generated.ts';
import { parseSchemaIds } from '../../../lambdas/shared/serde/schema-ids.ts';

export const ids = {
  quoteV1: 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63',
  quoteV2: '11111111-2222-4333-8444-555555555555',
  trade: '0f0e0d0c-0b0a-4908-8706-050403020100',
  notBundled: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
};

interface Definition {
  readonly fields: readonly { readonly name: string }[];
}
const quoteV1 = knownSchemas.find(({ subject }) => subject === 'market-quote') as KnownSchema;
const definition = quoteV1.definition as unknown as Definition;

/** A version of the quote with more fields at its end, or without some. */
export const quoteVersion = (
  version: number,
  more: readonly unknown[],
  without: readonly string[] = [],
): KnownSchema => ({
  subject: 'market-quote',
  version,
  definition: {
    ...definition,
    fields: [...definition.fields.filter(({ name }) => !without.includes(name)), ...more],
  } as unknown as Schema,
});

export const quoteV2 = quoteVersion(2, [{ name: 'venue', type: 'string', default: '' }]);

/** What a deploy with a second version of the quote would bundle. */
export const evolved = {
  schemas: [quoteV2, ...knownSchemas],
  schemaIds: parseSchemaIds(`market-quote:1=${ids.quoteV1},market-quote:2=${ids.quoteV2},market-trade:1=${ids.trade}`),
};

/** What is deployed now. */
export const deployed = { schemaIds: parseSchemaIds(`market-quote:1=${ids.quoteV1},market-trade:1=${ids.trade}`) };

export const quoteEvent = {
  header: { source: 'market', sourceEventId: 'q-1', occurredAt: 1_795_248_000_000_000 },
  symbol: 'EUR/USD',
  bid: 1.5,
  ask: 2,
};
