import * as z from 'zod/mini';
import { parseEnvironment } from '../shared/config/parse-environment.ts';

const wholeNumber = z.coerce.number().check(z.int(), z.nonnegative());

const MigrationEnv = z.object({
  AWS_REGION: z.string().check(z.minLength(1)),
  /** Lambda's own: where the bundle, and the `migrations/` folder inside it, is unpacked. */
  LAMBDA_TASK_ROOT: z.string().check(z.minLength(1)),
  /** The secret that holds the owner's user name and password (as RDS writes it: JSON with `username`, `password`). */
  DATABASE_SECRET_ARN: z.string().check(z.minLength(1)),
  DATABASE_HOST: z.string().check(z.minLength(1)),
  DATABASE_PORT: wholeNumber,
  DATABASE_NAME: z.string().check(z.minLength(1)),
  /** IAM database users and the role each belongs to: `user=role`, separated by commas. */
  DATABASE_USERS: z.string(),
});

/** What the stack must set for the migration function. AWS_REGION and LAMBDA_TASK_ROOT are Lambda's own. */
export type MigrationEnv = Readonly<
  Record<Exclude<keyof z.input<typeof MigrationEnv>, 'AWS_REGION' | 'LAMBDA_TASK_ROOT'>, string>
>;
export type MigrationConfig = Readonly<z.output<typeof MigrationEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readMigrationConfig = (env: NodeJS.ProcessEnv): MigrationConfig => parseEnvironment(MigrationEnv, env);

const PartitionEnv = z.object({
  AWS_REGION: z.string().check(z.minLength(1)),
  DATABASE_HOST: z.string().check(z.minLength(1)),
  DATABASE_PORT: wholeNumber,
  DATABASE_NAME: z.string().check(z.minLength(1)),
  DATABASE_USER: z.string().check(z.minLength(1)),
  /** How many days from today partitions are made ahead. */
  PARTITION_DAYS_AHEAD: wholeNumber,
});

/** What the stack must set for the partition function. */
export type PartitionEnv = Readonly<Record<Exclude<keyof z.input<typeof PartitionEnv>, 'AWS_REGION'>, string>>;
export type PartitionConfig = Readonly<z.output<typeof PartitionEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readPartitionConfig = (env: NodeJS.ProcessEnv): PartitionConfig => parseEnvironment(PartitionEnv, env);

const IntakeEnv = z.object({
  AWS_REGION: z.string().check(z.minLength(1)),
  DEAD_LETTER_TABLE: z.string().check(z.minLength(1)),
  /** Holds the give-ups, under `aws/lambda/`, and bytes that are too large for an item, under `parked/`. */
  DEAD_LETTER_BUCKET: z.string().check(z.minLength(1)),
  /** How long an entry is kept after its failure. */
  DEAD_LETTER_DAYS: wholeNumber,
  /** `stream=source`, separated by commas. */
  STREAM_SOURCES: z.pipe(
    z.string().check(z.regex(/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/)),
    z.transform(
      (text): ReadonlyMap<string, string> =>
        new Map(text.split(',').map((pair) => pair.split('=') as [string, string])),
    ),
  ),
});

/** What the stack must set for the functions that take dead letters in. */
export type IntakeEnv = Readonly<Record<Exclude<keyof z.input<typeof IntakeEnv>, 'AWS_REGION'>, string>>;
export type IntakeConfig = Readonly<z.output<typeof IntakeEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readIntakeConfig = (env: NodeJS.ProcessEnv): IntakeConfig => parseEnvironment(IntakeEnv, env);
