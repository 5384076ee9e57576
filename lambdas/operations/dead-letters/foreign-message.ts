import * as z from 'zod/mini';

/**
 * A message of a queue of ours that nobody of ours wrote, or wrote otherwise. It can never be taken in: it is answered
 * as failed until its attempts are spent, and then waits in the queue for what failed. The text holds no value of it.
 */
export class ForeignMessageError extends Error {
  override readonly name = 'ForeignMessageError';
}

/** @throws ForeignMessageError saying what was read and which fields are not as the schema has them */
export const parseJson = <T>(schema: z.ZodMiniType<T>, text: string, what: string): T => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Its cause would quote the text.
    throw new ForeignMessageError(`${what} is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`);
  throw new ForeignMessageError(`${what} is not as it should be: ${wrong.join(', ')}`);
};
