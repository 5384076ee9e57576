import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../local/faults/at-once.ts';
import type { Fault } from '../../../local/faults/fault.ts';

const log: string[] = [];
const fault = (name: string, changed: Partial<Fault> = {}): Fault => ({
  name,
  begin: async () => void log.push(`begin ${name}`),
  end: async () => void log.push(`end ${name}`),
  counts: () => [{ what: `of ${name}`, count: 1, must: true }],
  ...changed,
});
const refuse = (why: string) => (): Promise<never> => Promise.reject(new Error(why));

describe('faults at once', () => {
  it('are one: begun in their order, ended in the other', async () => {
    log.splice(0);
    const both = atOnce([fault('a'), fault('b')]);
    await both.begin();
    await both.end();
    expect(both.name).toBe('a+b');
    expect(log).toEqual(['begin a', 'begin b', 'end b', 'end a']);
    expect(both.counts?.().map(({ what }) => what)).toEqual(['of a', 'of b']);
  });

  it('are all ended that have begun, also where one cannot begin', async () => {
    log.splice(0);
    const three = atOnce([fault('a'), fault('b', { begin: refuse('stuck') }), fault('c')]);
    await expect(three.begin()).rejects.toThrow('stuck');
    await three.end();
    expect(log).toEqual(['begin a', 'end b', 'end a']);
  });

  it('are all ended, also where one cannot be, and every one that cannot is told', async () => {
    log.splice(0);
    const one = atOnce([fault('a'), fault('b', { end: refuse('lost') })]);
    await one.begin();
    await expect(one.end()).rejects.toThrow('lost');
    expect(log).toContain('end a');
    const both = atOnce([fault('a', { end: refuse('gone') }), fault('b', { end: refuse('lost') })]);
    await both.begin();
    await expect(both.end()).rejects.toThrow(/lost.*gone/);
  });
});
