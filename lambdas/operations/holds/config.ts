import * as z from 'zod/mini';
import { parseEnvironment } from '../../shared/config/parse-environment.ts';

const text = z.string().check(z.minLength(1));

const Source = z.object({
  source: text,
  /** The function that enriches it. */
  functionName: text,
  streamName: text,
  streamArn: text,
});
/** A source that may be held. */
export type HeldSource = Readonly<z.output<typeof Source>>;

const Env = z.object({
  AWS_REGION: text,
  /** Lambda's own: who did it, in the history of a hold. */
  AWS_LAMBDA_FUNCTION_NAME: text,
  /** The dimension of what is alarmed on: two environments of one account are two. */
  ENVIRONMENT: text,
  CONTROLS_TABLE: text,
  /** `HeldSource`s, as JSON. */
  SOURCES: z.pipe(
    text,
    z.transform((value, context): readonly HeldSource[] => {
      const parsed = z.safeParse(z.array(Source), parseJson(value));
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', message: 'must be a JSON list of sources, see HeldSource', input: value });
      return z.NEVER;
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

/** What the stack must set; the rest is Lambda's own. */
export type KeeperEnv = Readonly<
  Record<Exclude<keyof z.input<typeof Env>, 'AWS_REGION' | 'AWS_LAMBDA_FUNCTION_NAME'>, string>
>;
export type KeeperConfig = Readonly<z.output<typeof Env>>;

/** @throws MisconfiguredError naming every variable that is missing or wrong. */
export const readKeeperConfig = (env: NodeJS.ProcessEnv): KeeperConfig => parseEnvironment(Env, env);
