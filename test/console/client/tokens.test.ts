import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, pause } from '../../../console/client/backoff.ts';
import { createTokens } from '../../../console/client/tokens.ts';

const tokenUntil = (seconds: number): string => `e30.${btoa(JSON.stringify({ exp: seconds }))}.c2ln`;

describe('tokens', () => {
  it('are kept until half a minute before their end, for all who ask', async () => {
    let now = 0;
    let made = 0;
    const tokens = createTokens(
      async () => {
        made += 1;
        return tokenUntil(now / 1000 + 100);
      },
      () => now,
    );
    await Promise.all([tokens.get(), tokens.get()]);
    now = 69_000;
    await tokens.get();
    expect(made).toBe(1);
    now = 70_000;
    await tokens.get();
    expect(made).toBe(2);
  });

  it('are asked for anew after one was refused, or could not be had', async () => {
    const given = ['a', new Error('no network'), 'b'];
    const tokens = createTokens(
      async () => {
        const next = given.shift();
        if (next instanceof Error) throw next;
        return next ?? 'none';
      },
      () => 0,
    );
    expect(await tokens.get()).toBe('a');
    tokens.drop();
    await expect(tokens.get()).rejects.toThrow('no network');
    expect(await tokens.get()).toBe('b');
  });

  it('that do not say when they end are not kept', async () => {
    let made = 0;
    const tokens = createTokens(
      async () => `opaque-${(made += 1)}`,
      () => 0,
    );
    expect([await tokens.get(), await tokens.get()]).toEqual(['opaque-1', 'opaque-2']);
  });
});

describe('a pause before the next attempt', () => {
  it('is drawn from a span that doubles, and ends at half a minute', () => {
    expect([0, 1, 2, 6, 100].map((attempt) => backoffMs(attempt, () => 1))).toEqual([
      500, 1_000, 2_000, 30_000, 30_000,
    ]);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, drawn) => {
        expect(backoffMs(attempt, () => drawn)).toBeLessThan(30_000);
      }),
    );
  });

  it('ends at once where nobody waits any more', async () => {
    const ending = new AbortController();
    const waiting = pause(60_000, ending.signal);
    ending.abort(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    await expect(pause(60_000, ending.signal)).rejects.toThrow('closed');
  });
});
