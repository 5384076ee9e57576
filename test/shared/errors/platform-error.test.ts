import { describe, expect, it } from 'vitest';
import {
  dispositionOf,
  MisconfiguredError,
  reasonOf,
  RejectedRecordError,
  UnavailableError,
} from '../../../lambdas/shared/errors/platform-error.ts';

const cause = new Error('cause');
const errors = [
  {
    error: new RejectedRecordError('undecodable', 'decode', 'm', { field: 'bid' }, { cause }),
    disposition: 'reject',
    reason: 'undecodable',
  },
  { error: new UnavailableError('store', 'm', { field: 'bid' }, { cause }), disposition: 'retry', reason: 'store' },
  { error: new MisconfiguredError('schema', 'm', { field: 'bid' }, { cause }), disposition: 'halt', reason: 'schema' },
] as const;

describe('an error of ours', () => {
  it.each(errors)(
    '$error.name decides $disposition, and keeps its cause, name and details',
    ({ error, disposition, reason }) => {
      expect(dispositionOf(error)).toBe(disposition);
      expect(reasonOf(error)).toBe(reason);
      expect(error.cause).toBe(cause);
      expect(error.name).toBe(error.constructor.name);
      expect(error.details).toEqual({ field: 'bid' });
    },
  );

  it('has a name of its own class', () => {
    expect(new Set(errors.map(({ error }) => error.name)).size).toBe(errors.length);
  });
});

describe('any other error', () => {
  it.each([new Error('x'), new TypeError('x'), 'text', undefined])('is tried again: %o', (error) => {
    expect(dispositionOf(error)).toBe('retry');
    expect(reasonOf(error)).toBe('unexpected');
  });
});
