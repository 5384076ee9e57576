import * as z from 'zod/mini';
import { MisconfiguredError } from '../errors/platform-error.ts';

/**
 * Parses a function's environment once, at the edge.
 * @throws MisconfiguredError naming each variable that is missing or wrong, and never a value.
 */
export const parseEnvironment = <Schema extends z.ZodMiniType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> => {
  const parsed = z.safeParse(schema, env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return env[name] === undefined
      ? `${name} is missing`
      : `${name} is wrong (${issue.code === 'custom' ? issue.message : issue.code})`;
  });
  throw new MisconfiguredError('environment', `${wrong.join('; ')}: set it in the function's environment`);
};
