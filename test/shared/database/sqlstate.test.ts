import { describe, expect, it } from 'vitest';
import { faultOf, sqlStateOf, storeError } from '../../../lambdas/shared/database/sqlstate.ts';
import { dispositionOf } from '../../../lambdas/shared/errors/platform-error.ts';

describe('what a failed statement means', () => {
  it.each([
    ['08006', 'retry'],
    ['40P01', 'retry'],
    ['40001', 'retry'],
    ['53300', 'retry'],
    ['57P01', 'retry'],
    ['58030', 'retry'],
    ['28000', 'halt'],
    ['3D000', 'halt'],
    ['42501', 'halt'],
    ['42P01', 'halt'],
    ['22021', 'record'],
    ['22P05', 'record'],
    ['23514', 'record'],
    ['XX000', 'retry'],
  ])('SQLSTATE %s is %s', (code, fault) => {
    expect(faultOf({ code })).toBe(fault);
  });

  it('takes an error that never came from the server as retry', () => {
    for (const error of [new Error('Connection terminated'), { code: 'ECONNREFUSED' }, null, undefined, 'text']) {
      expect(sqlStateOf(error)).toBeUndefined();
      expect(faultOf(error)).toBe('retry');
    }
  });

  it('becomes an error with that disposition, without the server’s text, which may quote data', () => {
    const cause = Object.assign(new Error('Key (id)=(secret) already exists'), { code: '42501' });
    expect(dispositionOf(storeError(cause))).toBe('halt');
    expect(dispositionOf(storeError({ code: '08006' }))).toBe('retry');
    expect(storeError(cause).message).not.toContain('secret');
    expect(storeError(cause).details).toEqual({ sqlState: '42501' });
  });
});
