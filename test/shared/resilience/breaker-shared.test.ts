import { describe, expect, it } from 'vitest';
import { platform } from './platform-by-hand.ts';

describe('a breaker of several instances', () => {
  it('is joined by an instance at its first failure', async () => {
    const world = platform();
    world.dependencyUp = false;
    await world.instance('a').many(5);
    world.time += 300;
    const b = world.instance('b');
    expect(await b.many(3)).toEqual(['away', 'refused', 'refused']);
    expect(b.events).toEqual(['refused', 'refused']);
  });

  it.each([
    ['an answer', async () => 'answer'],
    ['an error that is an answer', async () => Promise.reject(new Error('a condition failed'))],
  ])('is closed for all by a probe that gets %s', async (_, call) => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(2);
    world.time += 2_000;
    await a.attempt(call);
    expect(a.events.slice(-2)).toEqual(['probed', 'closed']);
    expect([a.breaker.openForMs(), (await world.read())?.state]).toEqual([0, 'closed']);
    world.dependencyUp = true;
    world.time += 500;
    expect(await b.many(2)).toEqual(['answer', 'answer']);
    expect(b.events.includes('probed')).toBe(false);
  });

  it('is probed by another instance when the one whose turn it was died', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(2);
    world.time += 2_000;
    void a.attempt(() => new Promise(() => undefined));
    world.dependencyUp = true;
    expect(await b.many(2)).toEqual(['refused', 'refused']);
    world.time += 2_000;
    expect(await b.many(2)).toEqual(['answer', 'answer']);
    expect((await world.read())?.state).toBe('closed');
  });

  it('is not closed by the answer to a probe of an earlier opening', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(1);
    world.time += 2_000;
    let answer: (text: string) => void = () => undefined;
    const late = a.attempt(() => new Promise<string>((resolve) => (answer = resolve)));
    await new Promise(setImmediate);
    world.time += 500;
    expect(await b.many(1)).toEqual(['refused']); // sees whose turn it is, and waits for as long again
    world.time += 2_000;
    world.dependencyUp = true;
    expect(await b.many(1)).toEqual(['answer']);
    world.dependencyUp = false;
    await b.many(5);
    expect(await world.read()).toMatchObject({ state: 'open', number: 2 });
    answer('answer');
    expect(await late).toBe('answer');
    expect(await world.read()).toMatchObject({ state: 'open', number: 2 });
    expect(a.events.includes('closed')).toBe(false);
    expect(await a.many(1)).toEqual(['refused']);
  });

  it('is probed though clocks are minutes apart, in both directions', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [early, right, late] = [-600_000, 0, 600_000].map((skewMs) => world.instance(`${skewMs}`, {}, skewMs));
    await right?.many(5);
    for (const other of [early, late]) {
      await other?.many(2);
      expect(other?.breaker.openForMs()).toBe(right?.breaker.openForMs());
      world.time += 2_000;
      expect(await other?.many(2)).toEqual(['away', 'refused']);
      expect(await right?.many(1)).toEqual(['refused']);
    }
    expect(right?.breaker.openForMs()).toBe(4_000);
  });

  it('is open for as long to an instance that came later, whatever its clock says', async () => {
    const world = platform();
    world.dependencyUp = false;
    const a = world.instance('a');
    await a.many(5);
    for (let n = 0; n < 10; n += 1) {
      world.time += 2_000;
      await a.many(1);
    }
    const b = world.instance('b', {}, 300_000);
    await b.many(1);
    expect([a.breaker.openForMs(), b.breaker.openForMs()]).toEqual([20_000, 20_000]);
  });
});
