import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseExpression } from '../../../local/services/scheduler/schedule-expression.ts';
import { createSchedules, type Schedules } from '../../../local/services/scheduler/schedules.ts';
import { functionsInMemory } from '../support/test-world.ts';

const HOUR = 3_600_000;

let schedules: Schedules;
let functions: ReturnType<typeof functionsInMemory>;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 9, 30) });
  functions = functionsInMemory();
  schedules = createSchedules({ functions, progress: () => {}, now: Date.now, retryDelaysMs: [] });
  schedules.beginFiring();
});
afterEach(() => {
  schedules.stop();
  vi.useRealTimers();
});

const set = (name: string, expression: string): void => {
  const timing = parseExpression(expression);
  if (!timing) throw new Error(expression);
  schedules.set({ name, expression, timing, enabled: true, targetArn: name, input: 'null' });
};
/** How often each was called in the hours that pass now. */
const calls = async (hours: number): Promise<Record<string, number>> => {
  functions.invoked.length = 0;
  await vi.advanceTimersByTimeAsync(hours * HOUR);
  const names = functions.invoked.map(({ name }) => name);
  return Object.fromEntries([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]));
};

describe('createSchedules', () => {
  it('calls each when it is due, over days, however far away that is', async () => {
    set('often', 'rate(2 hours)');
    set('nightly', 'cron(30 2 * * ? *)');
    set('hourly', 'cron(0 * * * ? *)');
    set('once', 'at(2026-11-22T10:00:00)');
    // At once, and after 2, 4, … 22 hours; the rate's next is due in hour 24.
    expect(await calls(23)).toEqual({ often: 12, nightly: 1, hourly: 23 });
    expect(await calls(48)).toEqual({ often: 24, nightly: 2, hourly: 48, once: 1 });
  });

  it('follows the newest definition of a name only', async () => {
    set('daily', 'at(2026-11-21T10:00:00)');
    set('daily', 'at(2026-11-21T12:00:00)');
    expect(await calls(1)).toEqual({});
    expect(await calls(2)).toEqual({ daily: 1 });
  });

  it('calls nothing for a moment that has passed, and nothing after it was stopped', async () => {
    set('missed', 'at(2026-11-21T09:00:00)');
    set('often', 'rate(1 hour)');
    schedules.stop();
    expect(await calls(24)).toEqual({});
  });
});
