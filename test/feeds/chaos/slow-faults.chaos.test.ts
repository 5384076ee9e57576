import { describe, expect, it } from 'vitest';
import { runAndJudge, slowFaults } from './run-and-judge.ts';

describe('the platform under load', () => {
  it('gives up on one record that ends every process, and holds a source whose deploy rejects everything', async () => {
    // One after the other: together, the attempts that one may take would be allowed to the other.
    const steps = slowFaults.map((name) => ({ names: [name], forMs: 6_000 }));
    const { problems, wrong, chaos } = await runAndJudge(steps, 100);
    expect(problems).toEqual([]);
    expect(chaos.map(({ name }) => name)).toEqual(slowFaults);
    expect(wrong?.ofFaults.find(({ what }) => what.startsWith('given up'))).toMatchObject({ count: 1 });
  });
});
