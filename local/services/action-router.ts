import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { Router } from './json-service.ts';

/** One API action: the input it understands, and what it answers. */
export interface Action {
  readonly name: string;
  run(input: unknown): Promise<unknown>;
}

/**
 * Names an action and says what input it takes. Input we do not know is refused rather than ignored, so that a
 * caller never believes a local service did what it did not.
 */
export const action = <Input>(name: string, input: z.ZodType<Input>, run: (input: Input) => unknown): Action => ({
  name,
  async run(raw) {
    return await run(parseInput(name, input, raw));
  },
});

/** @throws AwsError `ValidationException` that names the action and every member it does not take as given */
export const parseInput = <Input>(name: string, schema: z.ZodType<Input>, raw: unknown): Input => {
  const parsed = schema.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  throw new AwsError(
    'ValidationException',
    `The local ${name} does not take this input: ${z.prettifyError(parsed.error)}`,
  );
};

/** Routes by the `X-Amz-Target` header, as the AWS JSON 1.0 and 1.1 protocols do. */
export const actionRouter = (service: string, actions: readonly Action[]): Router => {
  const byName = new Map(actions.map((entry) => [entry.name, entry]));
  return async ({ headers, body }) => {
    const target = headers['x-amz-target'];
    const name = typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : '';
    const found = byName.get(name);
    if (!found) {
      const known = [...byName.keys()].join(', ');
      throw new AwsError('UnknownOperationException', `The local ${service} has no action "${name}"; it has ${known}.`);
    }
    return { status: 200, body: (await found.run(body)) ?? {} };
  };
};
