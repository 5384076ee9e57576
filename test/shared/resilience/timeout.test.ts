import { afterEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from '../../../lambdas/shared/resilience/timeout.ts';

afterEach(() => vi.useRealTimers());

describe('a call with a time-out', () => {
  it('gives its answer, or throws what it throws', async () => {
    expect(await withTimeout(1_000, async () => 'answer')).toBe('answer');
    await expect(withTimeout(1_000, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('ends at its time, on a clock that a test turns, also where it does not heed the signal', async () => {
    vi.useFakeTimers();
    let told = false;
    const call = withTimeout(500, (signal) => {
      signal.addEventListener('abort', () => (told = true));
      return new Promise(() => undefined);
    }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(499);
    expect(told).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await call).toMatchObject({ name: 'TimeoutError', message: 'no answer in 500 ms' });
    expect(told).toBe(true);
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    await withTimeout(500, async () => 'answer');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not end what an answer still reads from', async () => {
    let heeded: AbortSignal | undefined;
    await withTimeout(500, async (signal) => (heeded = signal));
    expect(heeded?.aborted).toBe(false);
  });
});
