import { describe, expect, it } from 'vitest';
import { serviceError } from '../../../lambdas/shared/aws/service-error.ts';

const named = (name: string): Error => Object.assign(new Error('text that decides nothing'), { name });

describe('a failed call to an AWS service', () => {
  it.each([
    ['ThrottlingException', 'retry'],
    ['ProvisionedThroughputExceededException', 'retry'],
    ['TimeoutError', 'retry'],
    ['InternalServerError', 'retry'],
    ['AccessDeniedException', 'halt'],
    ['ResourceNotFoundException', 'halt'],
    ['NoSuchBucket', 'halt'],
    ['QueueDoesNotExist', 'halt'],
  ])('named %s is %s', (name, disposition) => {
    const error = serviceError('parked-queue', named(name));
    expect(error.disposition).toBe(disposition);
    expect(error.reason).toBe('parked-queue');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.each([new TypeError('a bug'), new RangeError('a bug')])('that never was one is thrown on: %o', (bug) => {
    expect(() => serviceError('registry', bug)).toThrow('a bug');
  });

  it('is retry when what was thrown is no error at all', () => {
    expect(serviceError('registry', 'text').disposition).toBe('retry');
  });
});
