import { describe, expect, it } from 'vitest';
import { Teardown } from '../../local/teardown.ts';

describe('a teardown', () => {
  it('takes every step once, the last added first, however often it is asked', async () => {
    const teardown = new Teardown();
    const taken: string[] = [];
    teardown.add(() => void taken.push('first'));
    teardown.add(async () => {
      await Promise.resolve();
      taken.push('second');
    });
    await Promise.all([teardown.run(), teardown.run()]);
    expect(taken).toEqual(['second', 'first']);
  });

  it('goes on after a step that fails, and tells at the end', async () => {
    const teardown = new Teardown();
    const taken: string[] = [];
    teardown.add(() => void taken.push('first'));
    teardown.add(() => {
      throw new Error('stuck');
    });
    await expect(teardown.run()).rejects.toThrow('stopping failed: Error: stuck');
    expect(taken).toEqual(['first']);
  });

  it('takes steps that are added while it runs', async () => {
    const teardown = new Teardown();
    const taken: string[] = [];
    teardown.add(() => teardown.add(() => void taken.push('late')));
    await teardown.run();
    expect(taken).toEqual(['late']);
  });
});
