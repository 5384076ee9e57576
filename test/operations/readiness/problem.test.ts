import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../lambdas/operations/readiness/problem.ts';
import { MisconfiguredError } from '../../../lambdas/shared/errors/platform-error.ts';

const aws = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error('arn:aws:iam::123456789012:role/secret'), { name, $metadata: { httpStatusCode } });
const coded = (code: string): Error => Object.assign(new Error('password authentication failed: hunter2'), { code });

describe('a problem', () => {
  it.each([
    [aws('AccessDeniedException', 400), 'refused us (AccessDeniedException): check the rights'],
    [aws('Forbidden', 403), 'refused us (Forbidden)'],
    [aws('ResourceNotFoundException', 400), 'is not there (ResourceNotFoundException): check that it is deployed'],
    [aws('EntityNotFoundException', 400), 'is not there (EntityNotFoundException)'],
    [aws('QueueDoesNotExist', 400), 'is not there (QueueDoesNotExist)'],
    [aws('NotFound', 404), 'is not there (NotFound)'],
    [aws('ThrottlingException', 400), 'failed (ThrottlingException, HTTP 400)'],
    [aws('InternalServerError', 500), 'failed (InternalServerError, HTTP 500)'],
    [coded('ECONNREFUSED'), 'cannot be reached (ECONNREFUSED): check that it runs'],
    [coded('EPIPE'), 'cannot be reached (EPIPE)'],
    [coded('28P01'), 'refused us (SQLSTATE 28P01): check that the migration function has made our user'],
    [coded('53300'), 'did not answer the statement (SQLSTATE 53300)'],
    [coded('57P03'), 'did not answer the statement (SQLSTATE 57P03)'],
    [new Error('timeout expired'), 'cannot be reached (Error)'],
    [{ code: 'a b; DROP', name: 7 }, 'cannot be reached (no name)'],
    [new MisconfiguredError('database', 'only reads: wait'), 'only reads: wait'],
    ['text', 'failed and said nothing more'],
  ])('of %j names the error and the way out', (error, words) => {
    expect(problemOf(error)).toContain(words);
  });

  it('repeats no message but ours', () => {
    expect(problemOf(coded('28P01'))).not.toContain('hunter2');
    expect(problemOf(aws('AccessDenied', 403))).not.toContain('123456789012');
  });
});
