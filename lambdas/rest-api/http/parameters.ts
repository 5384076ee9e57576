import * as z from 'zod/mini';
import { ProblemError } from './problem.ts';

/** A parameter as it is in the request, and as the code has it; `must` says what is expected, for people. */
export const wholeNumber = (least: number, most: number, must: string) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN)),
    ),
    z.int({ error: must }).check(z.minimum(least, { error: must }), z.maximum(most, { error: must })),
  );

export const matching = (pattern: RegExp, must: string) =>
  z.string({ error: must }).check(z.regex(pattern, { error: must }));

/** What kind of value a parameter has: the value itself may be anything, and is not repeated. */
const kindOf = (value: string | undefined): string => {
  if (value === undefined) return 'is missing';
  if (value === '') return 'is empty';
  return /^-?\d+$/.test(value) ? 'is a number' : `is text of ${value.length} characters`;
};

/**
 * Parses the parameters of a request by their schema, strictly: a parameter that nobody knows is a misspelt one, and
 * without it the answer would be to another question.
 * @throws ProblemError `bad-request`, about the first that is wrong
 */
export const parseParameters = <Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodMiniObject<Shape>,
  given: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodMiniObject<Shape>> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    throw badRequest(issue.keys[0] ?? '', `is no parameter of this request; there are ${known}`);
  }
  const field = String(issue?.path[0] ?? '');
  throw badRequest(field, `${kindOf(given[field])}, must be ${issue?.message}`);
};

const badRequest = (field: string, message: string): ProblemError =>
  new ProblemError({ error: 'bad-request', message: `${field}: ${message}`, field });
