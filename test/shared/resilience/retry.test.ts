import { describe, expect, it, vi } from 'vitest';
import { createResilient } from '../../../lambdas/shared/resilience/retry.ts';

const budget = { deadline: Date.now() + 60_000, maxRetries: 3, attemptTimeoutMs: 1_000, now: Date.now };

const failing = (times: number) => {
  let attempts = 0;
  return {
    attempt: async () => {
      attempts += 1;
      if (attempts <= times) throw new Error('down');
      return 'done';
    },
    attempts: () => attempts,
  };
};

describe('trying again in place', () => {
  it('goes on until it works, and tells of each retry', async () => {
    const retries: unknown[] = [];
    const work = failing(2);
    const resilient = createResilient(
      budget,
      () => true,
      (error) => retries.push(error),
    );
    expect(await resilient(work.attempt)).toBe('done');
    expect(retries.length).toBe(2);
  });

  it('is bounded by attempts', async () => {
    const work = failing(99);
    await expect(
      createResilient(
        budget,
        () => true,
        () => {},
      )(work.attempt),
    ).rejects.toThrow('down');
    expect(work.attempts()).toBe(4);
  });

  it('is bounded by time: past the deadline not even a first attempt begins', async () => {
    const work = failing(99);
    const resilient = createResilient(
      { ...budget, deadline: Date.now() - 1 },
      () => true,
      () => {},
    );
    await expect(resilient(work.attempt)).rejects.toThrow('the time for retries is spent');
    expect(work.attempts()).toBe(0);
  });

  it('never waits for longer than a second, so that what comes back is soon found', async () => {
    vi.useFakeTimers();
    try {
      const at: number[] = [];
      const resilient = createResilient(
        { ...budget, deadline: Date.now() + 30_000, maxRetries: 1_000, now: () => Date.now() },
        () => true,
        () => {},
      );
      const work = resilient(async () => {
        at.push(Date.now());
        throw new Error('down');
      });
      const ended = work.catch((error: unknown) => String(error));
      await vi.advanceTimersByTimeAsync(40_000);
      expect(await ended).toBe('Error: down');
      const gaps = at.slice(1).map((time, n) => time - (at[n] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000);
      expect(at.length).toBeGreaterThan(25);
      expect(at.length).toBeLessThan(150);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [0, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [0.5, [10, 20, 40, 80, 160, 320, 500, 500, 500]],
    [0.999, [19, 39, 79, 159, 319, 639, 999, 999, 999]],
  ])('draws each pause evenly from nothing to twice the last: full jitter (%s)', async (drawn, pauses) => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(drawn);
    try {
      const at: number[] = [];
      const resilient = createResilient(
        { ...budget, deadline: Date.now() + 60_000, maxRetries: pauses.length, now: () => Date.now() },
        () => true,
        () => {},
      );
      const ended = resilient(async () => {
        at.push(Date.now());
        throw new Error('down');
      }).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(10_000);
      await ended;
      const gaps = at.slice(1).map((time, n) => time - (at[n] ?? 0));
      // A timer of nothing waits for a millisecond.
      expect(gaps.map((gap) => (gap === 1 ? 0 : gap))).toEqual(pauses);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });

  it('does not try again what cannot help', async () => {
    const work = failing(99);
    await expect(
      createResilient(
        budget,
        () => false,
        () => {},
      )(work.attempt),
    ).rejects.toThrow('down');
    expect(work.attempts()).toBe(1);
  });

  it('gives an attempt no more time than is left', async () => {
    const resilient = createResilient(
      { ...budget, deadline: Date.now() + 300 },
      () => true,
      () => {},
    );
    expect(await resilient(async (timeoutMs) => timeoutMs)).toBeLessThanOrEqual(300);
  });
});
