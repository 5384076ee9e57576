import * as z from 'zod/mini';
import { parseEnvironment } from '../shared/config/parse-environment.ts';
import { parseSchemaIds } from '../shared/serde/schema-ids.ts';

const wholeNumber = z.coerce.number().check(z.int(), z.nonnegative());

const Env = z.object({
  /** Which source's enrichers this function runs: one function per source, from the same code. */
  SOURCE: z.string().check(z.minLength(1)),
  AWS_REGION: z.string().check(z.minLength(1)),
  DATABASE_HOST: z.string().check(z.minLength(1)),
  DATABASE_PORT: wholeNumber,
  DATABASE_NAME: z.string().check(z.minLength(1)),
  /** An IAM database user of this function alone, without DDL. */
  DATABASE_USER: z.string().check(z.minLength(1)),
  ENTITY_STATE_TABLE: z.string().check(z.minLength(1)),
  IDEMPOTENCY_TABLE: z.string().check(z.minLength(1)),
  /** What functions agree on while they run: holds, breakers, verdicts of the guard. */
  CONTROLS_TABLE: z.string().check(z.minLength(1)),
  /** How long a dependency is away before its outage holds the source. */
  HOLD_AFTER_SECONDS: z.coerce.number().check(z.int(), z.positive()),
  PARKED_QUEUE_URL: z.url(),
  /** Tells the relay that there may be something to send. */
  WAKE_QUEUE_URL: z.url(),
  /** Parked bytes too large for a message go here, under `parked/`. */
  DEAD_LETTER_BUCKET: z.string().check(z.minLength(1)),
  SCHEMA_REGISTRY: z.string().check(z.minLength(1)),
  /** `subject:version=uuid`, separated by commas; the ids are Glue's, assigned at deploy. */
  SCHEMA_IDS: z.pipe(
    z.string(),
    z.transform((text, context) => {
      try {
        return parseSchemaIds(text);
      } catch {
        context.issues.push({ code: 'custom', message: 'must be subject:version=uuid,…', input: text });
        return z.NEVER;
      }
    }),
  ),
  /** A record larger than this, as the stream delivers it, is rejected as `too-large`. Bytes. */
  MAX_RECORD_BYTES: wholeNumber,
  /** How far ahead of our clock an event time may be. Seconds. */
  MAX_FUTURE_SECONDS: wholeNumber,
  /** Events older than this many days are rejected as `too-old`; `none` keeps every age. */
  HORIZON_DAYS: z.union([
    z.pipe(
      z.literal('none'),
      z.transform(() => undefined),
    ),
    wholeNumber,
  ]),
});

/** What the stack must set: it imports this type, so a missing variable does not compile. AWS_REGION is Lambda's own. */
export type EnrichmentEnv = Readonly<Record<Exclude<keyof z.input<typeof Env>, 'AWS_REGION'>, string>>;
export type EnrichmentConfig = Readonly<z.output<typeof Env>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readConfig = (env: NodeJS.ProcessEnv): EnrichmentConfig => parseEnvironment(Env, env);
