import * as z from 'zod/mini';

/** Every answer of ours that is no success; API Gateway's own (401, 403, 404 of an unknown route) have `message` only. */
export const Problem = z.object({
  /** What a program decides by. */
  error: z.enum(['bad-request', 'not-found', 'gone', 'unavailable']),
  /** For a person: the field, what kind of value it has, the way out. */
  message: z.string(),
  /** The parameter that is wrong. */
  field: z.optional(z.string()),
  /** Of `gone`: the lowest number that can still be read. */
  oldest: z.optional(z.int()),
});
type Problem = Readonly<z.output<typeof Problem>>;

const statuses: Readonly<Record<Problem['error'], number>> = {
  'bad-request': 400,
  'not-found': 404,
  gone: 410,
  unavailable: 503,
};

/** Ends a request with the answer it carries. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly status: number;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'ProblemError';
    this.problem = problem;
    this.status = statuses[problem.error];
  }
}
