import { describe, expect, it } from 'vitest';
import { platform, times } from './platform-by-hand.ts';

describe('a breaker whose table is away', () => {
  it('opens, probes and closes by what its instance sees, and counts that it knows no more', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const a = world.instance('a');
    expect(await a.many(7)).toEqual([...times(5, 'away'), 'refused', 'refused']);
    world.time += 2_000;
    expect(await a.many(2)).toEqual(['away', 'refused']);
    world.time += 2_000;
    world.dependencyUp = true;
    expect(await a.many(2)).toEqual(['answer', 'answer']);
    expect(a.events.filter((event) => event !== 'refused')).toEqual([
      'state-unknown',
      'opened',
      'state-unknown',
      'probed',
      'state-unknown',
      'probed',
      'closed',
    ]);
  });

  it('lets one of twenty calls at once through when a probe is due', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many, attempt } = world.instance('a');
    await many(5);
    world.tableUp = false;
    world.time += 2_000;
    const results = await Promise.all(times(20, '').map(() => attempt()));
    expect(results.filter((result) => result === 'away')).toHaveLength(1);
  });

  it('is probed by each instance that knew it open, and closed by each for itself', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(1);
    world.tableUp = false;
    world.time += 1_999;
    expect([await a.many(1), await b.many(1)]).toEqual([['refused'], ['refused']]);
    world.time += 1;
    expect([await a.many(2), await b.many(2)]).toEqual([
      ['away', 'refused'],
      ['away', 'refused'],
    ]);
    world.dependencyUp = true;
    world.time += 2_000;
    expect([await a.many(2), await b.many(2)]).toEqual([
      ['answer', 'answer'],
      ['answer', 'answer'],
    ]);
  });

  it('refuses nothing to an instance that saw no failure', async () => {
    const world = platform();
    world.dependencyUp = false;
    await world.instance('a').many(5);
    world.tableUp = false;
    world.dependencyUp = true;
    expect(await world.instance('b').many(20)).toEqual(times(20, 'answer'));
  });

  it('asks the table once in two seconds, however many calls fail', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const { many } = world.instance('a');
    for (let n = 0; n < 100; n += 1) {
      await many(10);
      world.time += 100;
    }
    expect(world.asked).toBeLessThanOrEqual(5);
    expect(world.asked).toBeGreaterThanOrEqual(4);
  });

  it('tells all others once the table is back', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const a = world.instance('a');
    await a.many(5);
    world.tableUp = true;
    world.time += 1_000;
    await a.many(1);
    expect(await world.read()).toBeUndefined(); // the table is left alone for two seconds
    world.time += 1_000;
    await a.many(1);
    expect(await world.read()).toMatchObject({ state: 'open', openedBy: 'a', openForMs: 2_000 });
    expect(await world.instance('b').many(2)).toEqual(['away', 'refused']);
    expect(a.events.filter((event) => event === 'opened')).toHaveLength(1);
  });

  it('joins what another opened meanwhile, once the table is back', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    world.tableUp = true;
    await b.many(5);
    world.time += 2_000;
    await a.many(1);
    expect(await world.read()).toMatchObject({ number: 1, openedBy: 'b' });
    world.dependencyUp = true;
    world.time += 2_000;
    expect(await b.many(1)).toEqual(['answer']);
    world.time += 500;
    expect(await a.many(1)).toEqual(['answer']);
  });

  it('is not closed by a probe from before it was told to all', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const a = world.instance('a');
    await a.many(5);
    world.time += 2_000;
    let answer: (text: string) => void = () => undefined;
    const late = a.attempt(() => new Promise<string>((resolve) => (answer = resolve)));
    await new Promise(setImmediate);
    world.tableUp = true;
    world.time += 2_000;
    expect(await a.many(1)).toEqual(['refused']);
    answer('answer');
    expect(await late).toBe('answer');
    expect(await world.read()).toMatchObject({ state: 'open', number: 1 });
    expect(await a.many(1)).toEqual(['away']); // the next probe
    expect(a.events.includes('closed')).toBe(false);
  });

  it('does not hide a bug of the store behind an unknown state', async () => {
    const world = platform();
    world.dependencyUp = false;
    const store = { read: async () => Promise.reject(new TypeError('a bug')), replace: async () => true };
    expect(await world.instance('a', { store }).many(1)).toEqual(['a bug']);
  });
});
