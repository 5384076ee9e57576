import { describe, expect, it } from 'vitest';
import { runPushSmoke } from '../../../load-test/capacity/push-smoke.ts';

describe('1,000 clients on one machine', () => {
  it('all get every event of five calls a second', async () => {
    const plan = { clients: 1_000, callsPerSecond: 5, eventsPerCall: 1, seconds: 2, eventBytes: 9_000 };
    const { complete, worst } = await runPushSmoke(plan);
    expect(complete).toBe(1_000);
    expect(worst).toBeLessThan(2_000); // twenty times what it takes alone on two cores
  });
});
