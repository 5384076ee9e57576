import type * as z from 'zod/mini';

/** @throws Error naming what was read; a parser's own would quote it */
export const readJson = <T>(schema: z.ZodMiniType<T>, text: string, what: string): T => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join(', ');
  throw new Error(`${what} is not as it should be: ${wrong}`);
};
