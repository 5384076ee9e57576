import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHoldWatch, waitWhileHeld } from '../../lambdas/enrichment/under-hold.ts';
import { readHold } from '../../lambdas/shared/holds/hold.ts';
import type { HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { holdsInMemory } from '../support/controls.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const placed = {
  source: 'market',
  cause: 'operator',
  reason: 'operator',
  why: 'a test',
  by: 'me',
  from: {},
  at: 'T',
} as const;

const worldOf = () => {
  const holds = holdsInMemory();
  const state = { reads: 0, away: false };
  const store: HoldStore = {
    ...holds,
    read: (source) => {
      state.reads += 1;
      return state.away ? Promise.reject(new UnavailableError('controls', 'away')) : holds.read(source);
    },
  };
  const unknown: unknown[] = [];
  const watch = createHoldWatch({
    holds: store,
    source: 'market',
    now: Date.now,
    onUnknown: (error) => unknown.push(error),
  });
  return { holds, state, unknown, watch };
};

describe('the hold of a source', () => {
  it('is read once a second, however many batches there are', async () => {
    const { state, watch } = worldOf();
    for (let n = 0; n < 300; n += 1) {
      await watch.look();
      vi.advanceTimersByTime(10);
    }
    expect(state.reads).toBe(3);
  });

  it('is read at once after one has been placed', async () => {
    const { holds, watch } = worldOf();
    expect(await watch.look()).toBeUndefined();
    await holds.place(placed);
    expect(await watch.look()).toBeUndefined();
    watch.lookAgain();
    expect(await watch.look()).toMatchObject({ standing: true });
  });

  it('is none while the table was never reached, and costs a table that hangs one look in five seconds', async () => {
    const { state, unknown, watch } = worldOf();
    state.away = true;
    for (let n = 0; n < 100; n += 1) {
      expect(await watch.look()).toBeUndefined();
      vi.advanceTimersByTime(100);
    }
    expect([state.reads, unknown.length]).toEqual([2, 2]);
  });

  it.each([
    ['stands where its item cannot be read, as after a rollback', { standing: true, cause: 'budget' }, true],
    ['stands where nothing of its item can be read', {}, true],
    ['has ended where that much can be read', { standing: false, cause: 'budget' }, undefined],
  ])('%s', async (_, item, standing) => {
    const unknown: unknown[] = [];
    const holds: HoldStore = { ...holdsInMemory(), read: async () => readHold({ id: 'hold/market', ...item }) };
    const onUnknown = (error: unknown): void => void unknown.push(error);
    const watch = createHoldWatch({ holds, source: 'market', now: Date.now, onUnknown });
    expect((await watch.look())?.standing).toBe(standing);
    expect(unknown).toMatchObject([{ name: 'UnreadableHoldError' }]);
  });

  it('is not taken for none because of a bug of ours', async () => {
    const holds: HoldStore = { ...holdsInMemory(), read: () => Promise.reject(new TypeError('not a function')) };
    const watch = createHoldWatch({ holds, source: 'market', now: Date.now, onUnknown: () => undefined });
    await expect(watch.look()).rejects.toThrow(TypeError);
  });

  it('stands on while the table does not answer, and is asked for every second', async () => {
    const { holds, state, watch } = worldOf();
    await holds.place(placed);
    await watch.look();
    state.away = true;
    vi.advanceTimersByTime(1_000);
    expect(await watch.look()).toMatchObject({ standing: true });
    await holds.release({ source: 'market', number: 1, by: 'me', why: 'over', at: 'T' });
    state.away = false;
    vi.advanceTimersByTime(1_000);
    expect(await watch.look()).toMatchObject({ standing: false });
  });
});

describe('a batch under a hold', () => {
  const waiting = async (watch: ReturnType<typeof worldOf>['watch']) => {
    const startedAt = Date.now();
    const { hold, isHeld } = await waitWhileHeld(watch, startedAt + 30_000, Date.now);
    return { standing: hold?.standing, isHeld, after: Date.now() - startedAt };
  };

  it('waits to its deadline, looking every second', async () => {
    const { holds, state, watch } = worldOf();
    await holds.place(placed);
    const wait = waiting(watch);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await wait).toEqual({ standing: true, isHeld: true, after: 30_000 });
    expect(state.reads).toBe(31);
  });

  it.each([
    ['outage', false],
    ['operator', false],
    // What ends these is a deployment, and whoever waited may be older than it.
    ['rejects', true],
    ['halt', true],
  ] as const)(
    'notices within a second of the release, and of %s leaves the batch to another: %s',
    async (cause, isHeld) => {
      const { holds, watch } = worldOf();
      await holds.place({ ...placed, cause });
      const wait = waiting(watch);
      await vi.advanceTimersByTimeAsync(12_300);
      await holds.release({ source: 'market', number: 1, by: 'me', why: 'over', at: 'T' });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await wait).toEqual({ standing: false, isHeld, after: 13_000 });
    },
  );

  it('does not wait where none stands', async () => {
    const { watch } = worldOf();
    expect(await waiting(watch)).toEqual({ standing: undefined, isHeld: false, after: 0 });
  });
});
