import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../bin/local/chaos/fault-names.ts';
import { runAndJudge, slowFaults } from './run-and-judge.ts';

const forMs = 6_000;

describe('the platform under load', () => {
  it('loses nothing and parks nothing that is right, whatever goes wrong for a while', async () => {
    const names = faultNames.filter((name) => !slowFaults.includes(name));
    const steps = names.map((name) => ({ names: [name], forMs }));
    const { problems, chaos } = await runAndJudge(steps, 200);
    expect(problems).toEqual([]);
    expect(chaos.map(({ name }) => name)).toEqual(names);
  });
});
