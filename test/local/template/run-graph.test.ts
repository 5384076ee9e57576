import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runGraph } from '../../../local/template/run-graph.ts';

describe('runGraph', () => {
  it('does nothing before what it depends on, and everything once, whatever the graph and the limit', async () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 12 }).map(
      (nodes) =>
        // Depending on earlier nodes only keeps it free of circles.
        new Map(nodes.map((wanted, n) => [`n${n}`, n === 0 ? [] : wanted.map((other) => `n${other % n}`)])),
    );
    await fc.assert(
      fc.asyncProperty(graph, fc.integer({ min: 1, max: 4 }), async (dependencies, limit) => {
        const done: string[] = [];
        let running = 0;
        await runGraph(dependencies, limit, async (name) => {
          running += 1;
          expect(running).toBeLessThanOrEqual(limit);
          expect(done).toEqual(expect.arrayContaining([...(dependencies.get(name) ?? [])]));
          await Promise.resolve();
          running -= 1;
          done.push(name);
        });
        expect([...done].sort()).toEqual([...dependencies.keys()].sort());
      }),
    );
  });

  it('runs independent work at the same time', async () => {
    const together = new Set<string>();
    let most = 0;
    await runGraph(
      new Map([
        ['a', []],
        ['b', []],
        ['c', ['a', 'b']],
      ]),
      8,
      async (name) => {
        together.add(name);
        most = Math.max(most, together.size);
        await sleep(5);
        together.delete(name);
      },
    );
    expect(most).toBe(2);
  });

  it('starts nothing after a failure, waits for what is under way, and throws the first error', async () => {
    const finished: string[] = [];
    const run = runGraph(
      new Map([
        ['slow', []],
        ['bad', []],
        ['after', ['slow']],
      ]),
      2,
      async (name) => {
        if (name === 'bad') throw new Error('bad broke');
        await sleep(10);
        finished.push(name);
      },
    );
    await expect(run).rejects.toThrow('bad broke');
    expect(finished).toEqual(['slow']);
  });

  it('ends after a failure of the last that was under way, whatever was to come after it', async () => {
    const run = runGraph(
      new Map([
        ['bad', []],
        ['after', ['bad']],
      ]),
      2,
      () => Promise.reject(new Error('bad broke')),
    );
    await expect(run).rejects.toThrow('bad broke');
  });

  it('names a circle instead of waiting for ever', async () => {
    const circle = new Map([
      ['free', []],
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    await expect(runGraph(circle, 2, async () => {})).rejects.toThrow('circle of dependencies: b → c → b');
  });
});
