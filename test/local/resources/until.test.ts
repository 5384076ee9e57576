import { describe, expect, it } from 'vitest';
import { until } from '../../../local/resources/until.ts';

describe('until', () => {
  it('asks until there is an answer', async () => {
    let asked = 0;
    expect(await until('three', async () => ((asked += 1) === 3 ? asked : undefined), { everyMs: 1 })).toBe(3);
  });

  it('says what it waited for when it gives up', async () => {
    const never = until('godot', async () => undefined, { timeoutMs: 10, everyMs: 1 });
    await expect(never).rejects.toThrow('waited 0.01 s for godot');
  });
});
