import * as z from 'zod/mini';
import { parseEnvironment } from '../../shared/config/parse-environment.ts';
import { parseSchemaIds } from '../../shared/serde/schema-ids.ts';

const text = z.string().check(z.minLength(1));

/** `a,b,c`, at least one. */
const list = z.pipe(
  text,
  z.transform((value) => value.split(',')),
);

/** A table and the names of its keys, all of them strings: what it takes to ask it for one item. */
export interface KeyedTable {
  readonly name: string;
  readonly keys: readonly string[];
}

/** A source whose lag is judged. */
export interface WatchedSource {
  readonly source: string;
  /** Names, not ARNs. */
  readonly functionName: string;
  readonly streamName: string;
  readonly maxLagSeconds: number;
}

const wrong = (context: { issues: unknown[] }, input: unknown, message: string): never => {
  context.issues.push({ code: 'custom', message, input });
  return z.NEVER;
};

const Tables = z.pipe(
  list,
  z.transform((parts, context): readonly KeyedTable[] => {
    const tables = parts.map((part) => part.split(':')).map(([name = '', ...keys]) => ({ name, keys }));
    const isRight = tables.every(({ name, keys }) => name !== '' && keys.length > 0 && !keys.includes(''));
    return isRight ? tables : wrong(context, parts, 'must be table:key[:key],…');
  }),
);

const Sources = z.array(
  z.object({
    source: text,
    functionName: text,
    streamName: text,
    maxLagSeconds: z.int().check(z.positive()),
  }),
);

const Env = z.object({
  AWS_REGION: text,
  DATABASE_HOST: text,
  DATABASE_PORT: z.coerce.number().check(z.int(), z.positive()),
  DATABASE_NAME: text,
  DATABASE_USER: text,
  /** The key that every table is asked for; the role may ask for no other. */
  PROBE_KEY: text,
  /** `table:partition key[:sort key]`, separated by commas. */
  TABLES: Tables,
  /** URLs, separated by commas. */
  QUEUE_URLS: list,
  BUCKETS: list,
  SCHEMA_REGISTRY: text,
  /** `subject:version=uuid`, separated by commas: what the registry is asked for. */
  SCHEMA_IDS: z.pipe(
    text,
    z.transform((value, context) => {
      try {
        return parseSchemaIds(value);
      } catch {
        return wrong(context, value, 'must be subject:version=uuid,…');
      }
    }),
  ),
  /** `WatchedSource`s, as JSON. */
  SOURCES: z.pipe(
    text,
    z.transform((value, context): readonly WatchedSource[] => {
      const parsed = z.safeParse(Sources, parseJson(value));
      return parsed.success ? parsed.data : wrong(context, value, 'must be a JSON list of sources, see WatchedSource');
    }),
  ),
});

/** Undefined where it is no JSON: no list either. */
const parseJson = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

/** What the stack must set. AWS_REGION is Lambda's own. */
export type ReadinessEnv = Readonly<Record<Exclude<keyof z.input<typeof Env>, 'AWS_REGION'>, string>>;
export type ReadinessConfig = Readonly<z.output<typeof Env>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readReadinessConfig = (env: NodeJS.ProcessEnv): ReadinessConfig => parseEnvironment(Env, env);
