import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import deleteItem from 'dynalite/actions/deleteItem.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import validations from 'dynalite/validations/index.js';

export type Attributes = Record<string, Record<string, unknown>>;
export type Input = Record<string, unknown> & { readonly TableName: string };

/** Attributes of the keys, by name of the table, as lib/foundation/tables.ts has them. */
const keys: Readonly<Record<string, readonly string[]>> = {
  'entity-state': ['entity', 'subject'],
  idempotency: ['id'],
  'dead-letters': ['id'],
  controls: ['id'],
};

const actions: Readonly<Record<string, typeof putItem>> = {
  PutItemCommand: putItem,
  UpdateItemCommand: updateItem,
  DeleteItemCommand: deleteItem,
  GetItemCommand: getItem,
};

/** Bytes are base64 on the wire, which is where dynalite's actions stand. */
const bytesAs = (value: unknown, change: (bytes: never) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => bytesAs(item, change));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      name === 'B' && (typeof child === 'string' || child instanceof Uint8Array)
        ? change(child as never)
        : bytesAs(child, change),
    ]),
  );
};
const toWire = (value: unknown): unknown => bytesAs(value, (b: Uint8Array) => Buffer.from(b).toString('base64'));
const fromWire = (value: unknown): unknown =>
  bytesAs(value, (text: string) => new Uint8Array(Buffer.from(text, 'base64')));

/** Conditions of puts and deletes by their text: parsing one costs more than everything else a call does. */
const parsed = new Map<string, { readonly condition: unknown; readonly values: Attributes }>();

/** Parses what an action needs parsed, and leaves it where the action looks for it. */
const parseExpressions = (command: string, input: Input): void => {
  const parse = (what: Record<string, unknown>): void => {
    const wrong = validations.validateExpressions(what);
    if (wrong !== undefined) throw new Error(`${command}: ${wrong}`);
  };
  const { ConditionExpression: text, ExpressionAttributeNames: names, ExpressionAttributeValues: given = {} } = input;
  if (text === undefined || input['UpdateExpression'] !== undefined) return parse(input);
  const values = given as Attributes;
  const types = Object.entries(values).map(([name, value]) => `${name} ${Object.keys(value).join()}`);
  const key = JSON.stringify([text, names, types]);
  let known = parsed.get(key);
  if (!known) {
    const what: Record<string, unknown> = {
      ConditionExpression: text,
      ...(names ? { ExpressionAttributeNames: names } : {}),
      ...(types.length > 0 ? { ExpressionAttributeValues: structuredClone(values) } : {}),
    };
    parse(what);
    known = { condition: what['_condition'], values: (what['ExpressionAttributeValues'] ?? {}) as Attributes };
    parsed.set(key, known);
  }
  // What was parsed refers to these very objects.
  for (const [name, value] of Object.entries(values)) Object.assign(known.values[name] as object, value);
  input['_condition'] = known.condition;
};

export interface InMemoryTables {
  /** Answers a command of the SDK's, conditions and updates as dynalite has them. */
  answer(command: string, input: Input): Record<string, unknown>;
  items(table: string): Attributes[];
}

/** DynamoDB without a server: dynalite's own actions, over maps. */
export const createInMemoryTables = (): InMemoryTables => {
  const tables = new Map(Object.keys(keys).map((name) => [name, new Map<string, Attributes>()]));
  const tableNamed = (name: string): Map<string, Attributes> => {
    const table = tables.get(name);
    if (!table) throw new Error(`there is no table ${name}`);
    return table;
  };
  /** What the action under way has found: a failed condition may show it. */
  let found: Attributes | undefined;
  const store = {
    options: { maxItemSize: 409_600 },
    getTable: (name: string, done: (error: null, table: unknown) => void) =>
      done(null, {
        TableName: name,
        KeySchema: keys[name]?.map((attribute, n) => ({
          AttributeName: attribute,
          KeyType: n === 0 ? 'HASH' : 'RANGE',
        })),
        AttributeDefinitions: keys[name]?.map((attribute) => ({ AttributeName: attribute, AttributeType: 'S' })),
      }),
    getItemDb: (name: string) => {
      const items = tableNamed(name);
      return {
        lock: (_: string, locked: (release: <T>(done: T) => T) => void) => locked((done) => done),
        get: (key: string, done: (error: Error | null, item?: Attributes) => void) => {
          const item = items.get(key);
          found = item;
          if (item) done(null, item);
          else done(Object.assign(new Error('not found'), { name: 'NotFoundError' }));
        },
        put: (key: string, item: Attributes, done: () => void) => (items.set(key, item), done()),
        del: (key: string, done: () => void) => (items.delete(key), done()),
      };
    },
  };

  return {
    answer: (command, raw) => {
      if (command === 'ScanCommand') return { Items: [...tableNamed(raw.TableName).values()].map(fromWire) };
      const act = actions[command];
      if (!act) throw new Error(`the tables in memory do not know ${command}`);
      const input = toWire(raw) as Input;
      parseExpressions(command, input);
      let answered: Record<string, unknown> | undefined;
      act(store, input, (error, answer) => {
        if (error && error.message === 'The conditional request failed') {
          const shown =
            input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD' && found ? { Item: fromWire(found) } : {};
          throw new ConditionalCheckFailedException({ message: error.message, $metadata: {}, ...shown } as never);
        }
        if (error) throw error;
        answered = answer;
      });
      if (!answered) throw new Error(`${command} has not answered at once`);
      return fromWire(answered) as Record<string, unknown>;
    },
    items: (table) => [...tableNamed(table).values()].map((item) => fromWire(item) as Attributes),
  };
};
