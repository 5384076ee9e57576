import { describe, expect, it } from 'vitest';
import { holdLast } from '../../feeds/hold-last.ts';
import { collect } from './support/collect.ts';

async function* from(...batches: number[]): AsyncGenerator<number> {
  yield* batches;
}

describe('a feed that must not end before something else', () => {
  it('hands on all but its last batch, and that one when the other is over', async () => {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const seen: number[] = [];
    const done = (async () => {
      for await (const batch of holdLast(from(1, 2, 3), over)) seen.push(batch);
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).toEqual([1, 2]);
    end();
    await done;
    expect(seen).toEqual([1, 2, 3]);
  });

  it('ends with everything also where the other fails, and with nothing where there is nothing', async () => {
    await expect(collect(holdLast(from(1), Promise.reject(new Error('gone'))))).resolves.toEqual([1]);
    await expect(collect(holdLast(from(), Promise.resolve()))).resolves.toEqual([]);
  });
});
