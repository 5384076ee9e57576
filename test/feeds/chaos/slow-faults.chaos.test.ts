import { describe, expect, it } from 'vitest';
import { runAndJudge, slowFaults } from './run-and-judge.ts';

describe('the platform under load', () => {
  it('gives up on one record that ends every process, and holds a source whose deploy rejects everything', async () => {
    const { problems, wrong, chaos } = await runAndJudge([{ names: slowFaults, forMs: 6_000 }], 100);
    expect(problems).toEqual([]);
    expect(chaos).toHaveLength(1);
    expect(wrong?.ofFaults.find(({ what }) => what.startsWith('given up'))).toMatchObject({ count: 1 });
  });
});
