import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createResume } from '../../../console/client/resume.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const answer = { delivery: 'each', oldest: 1, newest: 3, given: 4, messages: [], more: false };

/** @returns milliseconds that pass before the endpoint is asked, at the longest */
const waitsFor = async (inVain: number): Promise<number> => {
  const askedAt: number[] = [];
  const resume = createResume({
    apiUrl: 'http://api',
    fetch: () => {
      askedAt.push(Date.now());
      return Promise.resolve(new Response(JSON.stringify(answer)));
    },
    tokens: { get: () => Promise.resolve('token'), drop: () => {} },
    random: () => 1,
  });
  const beganAt = Date.now();
  const { signal } = new AbortController();
  const answered = resume({ channel: 'match/events/m1', after: 3, inVain, signal, onFailure: () => {} });
  await vi.advanceTimersByTimeAsync(60_000);
  await answered;
  return (askedAt[0] ?? Number.NaN) - beganAt;
};

describe('what was heard of and could not be read yet', () => {
  it('is asked for later each time, and not ever later', async () => {
    const waits = [0, 1, 2, 3, 5, 50].map(waitsFor);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await Promise.all(waits)).toEqual([0, 500, 1_000, 2_000, 8_000, 8_000]);
  });
});
