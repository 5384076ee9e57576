import { describe, expect, it } from 'vitest';
import { flakyEvents } from '../../../local/faults/flaky-events.ts';
import type { PublishFault } from '../../../local/world.ts';

describe('flaky events', () => {
  it('has everything that can go wrong with a call, never twice in a row, and ends with nothing', async () => {
    const told: (readonly PublishFault[])[] = [];
    const fault = flakyEvents('events-flaky', { fail: async (faults) => void told.push(faults) });
    await fault.begin();
    const [faults = []] = told;
    const kinds = new Set(faults.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['none', 'half', 'throttled', 'failed', 'unanswered', 'lost', 'slow']));
    const isWrong = faults.map(({ kind }) => kind !== 'none');
    expect(isWrong.some((wrong, call) => wrong && isWrong[call + 1] === true)).toBe(false);
    await fault.end();
    expect(told[1]).toEqual([]);
  });
});
