import * as z from 'zod/mini';
import { parseEnvironment } from '../shared/config/parse-environment.ts';

const text = z.string().check(z.minLength(1));

const ReadMessagesEnv = z.object({
  AWS_REGION: text,
  DATABASE_HOST: text,
  DATABASE_PORT: z.coerce.number().check(z.int(), z.positive()),
  DATABASE_NAME: text,
  DATABASE_USER: text,
});

/** What the stack must set for the function that reads messages. AWS_REGION is Lambda's own. */
export type ReadMessagesEnv = Readonly<Record<Exclude<keyof z.input<typeof ReadMessagesEnv>, 'AWS_REGION'>, string>>;
export type ReadMessagesConfig = Readonly<z.output<typeof ReadMessagesEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readMessagesConfig = (env: NodeJS.ProcessEnv): ReadMessagesConfig =>
  parseEnvironment(ReadMessagesEnv, env);

const ReadDeadLettersEnv = z.object({
  DEAD_LETTER_TABLE: text,
  /** Every source there is, separated by commas: a list is of all of them where nobody names one. */
  SOURCES: z.pipe(
    z.string().check(z.regex(/^[^,]+(,[^,]+)*$/)),
    z.transform((names): readonly string[] => names.split(',')),
  ),
});

/** What the stack must set for the function that reads dead letters. */
export type ReadDeadLettersEnv = Readonly<Record<keyof z.input<typeof ReadDeadLettersEnv>, string>>;
export type ReadDeadLettersConfig = Readonly<z.output<typeof ReadDeadLettersEnv>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readDeadLettersConfig = (env: NodeJS.ProcessEnv): ReadDeadLettersConfig =>
  parseEnvironment(ReadDeadLettersEnv, env);
