import * as z from 'zod/mini';
import { parseEnvironment } from '../shared/config/parse-environment.ts';

const text = z.string().check(z.minLength(1));
const wholeNumber = z.coerce.number().check(z.int(), z.nonnegative());
const positive = z.coerce.number().check(z.int(), z.positive());

/** A dimension of the metrics: alarms of two environments in one account must not look at each other's. */
const environment = text;

const database = {
  AWS_REGION: text,
  DATABASE_HOST: text,
  DATABASE_PORT: wholeNumber,
  DATABASE_NAME: text,
  /** An IAM database user of this function alone, without DDL. */
  DATABASE_USER: text,
};

const RelayEnv = z.object({
  ENVIRONMENT: environment,
  ...database,
  /** The host of the Event API's HTTP endpoint, with its port where that is not 443. */
  EVENTS_HTTP_DNS: text,
  /** How long a channel is kept from others; renewed while its relay lives. */
  LEASE_SECONDS: positive,
  WAKE_QUEUE_URL: z.url(),
  PARKED_QUEUE_URL: z.url(),
  /** Parked bytes too large for a message go here, under `parked/`. */
  DEAD_LETTER_BUCKET: text,
});

/** What the stack must set for the relay. AWS_REGION is Lambda's own. */
export type RelayEnv = Readonly<Record<Exclude<keyof z.input<typeof RelayEnv>, 'AWS_REGION'>, string>>;
export type RelayConfig = Readonly<z.output<typeof RelayEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readRelayConfig = (env: NodeJS.ProcessEnv): RelayConfig => parseEnvironment(RelayEnv, env);

const SweepEnv = z.object({ ENVIRONMENT: environment, ...database, WAKE_QUEUE_URL: z.url() });

/** What the stack must set for the sweep. */
export type SweepEnv = Readonly<Record<Exclude<keyof z.input<typeof SweepEnv>, 'AWS_REGION'>, string>>;
export type SweepConfig = Readonly<z.output<typeof SweepEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readSweepConfig = (env: NodeJS.ProcessEnv): SweepConfig => parseEnvironment(SweepEnv, env);

const DeletionEnv = z.object({
  ...database,
  /** How long a published message of an `each` channel can be read again. */
  KEEP_EACH_HOURS: positive,
  /** How long one of a `latest` channel is kept: its snapshot is what is read again. */
  KEEP_LATEST_HOURS: positive,
});

/** What the stack must set for the deletion of published messages. */
export type DeletionEnv = Readonly<Record<Exclude<keyof z.input<typeof DeletionEnv>, 'AWS_REGION'>, string>>;
export type DeletionConfig = Readonly<z.output<typeof DeletionEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readDeletionConfig = (env: NodeJS.ProcessEnv): DeletionConfig => parseEnvironment(DeletionEnv, env);
