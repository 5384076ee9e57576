import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFollowed } from '../../bin/ops/hold/call-keeper.ts';
import { formatHolds, inOrder } from '../../bin/ops/hold/format-hold.ts';
import { parkMs, readStep } from '../../bin/ops/hold/options.ts';
import type { Hold } from '../../lambdas/shared/holds/hold.ts';
import { startKeeperWorld } from './holds/keeper-world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let world: Awaited<ReturnType<typeof startKeeperWorld>>;
beforeAll(async () => {
  world = await startKeeperWorld('dev');
  const keeper = world.keeper(world.addSource('market'), world.addSource('social'));
  world.behaviour.keeper = (event) => keeper.keep(event);
});
afterAll(() => world.stop());

/** As `npm run ops -- hold … --env dev` does, with AWS where the shell says. */
const hold = (...args: string[]): Promise<{ status: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...world.shell };
    execFile(process.execPath, ['bin/ops.ts', 'hold', ...args, '--env', 'dev'], { cwd: root, env }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });

// Starts programs, on a machine that has other things to do.
describe('ops hold', { timeout: 60_000 }, () => {
  it('sets a hold, and the mapping follows at once', async () => {
    const { status, out } = await hold('set', 'market', '--why', 'the exchange replays its day', '--by', 'ada');
    expect([status, out]).toEqual([0, 'market is held (number 1); its mapping is being switched off: Disabled\n']);
    expect(world.isEnabled('market')).toBe(false);
    expect(await world.holds.read('market')).toMatchObject({
      standing: true,
      cause: 'operator',
      reason: 'operator',
      by: 'ada',
      from: {},
      mappingDisabled: true,
    });
  });

  it('sets none where one stands, and says which', async () => {
    const { status, err } = await hold('set', 'market', '--why', 'again');
    expect(status).toBe(1);
    expect(err).toMatch(
      /^ops: market is held already, since \S+ \S+Z \(number 1\): operator; by ada: the exchange replays its day\n$/,
    );
  });

  it('lists every source, or one, with every step; as JSON those that were held', async () => {
    const [all, one, json] = await Promise.all([hold('list'), hold('list', 'market'), hold('list', '--json')]);
    expect(one.out.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^market: HELD since .* \(number 1\): operator; by ada: the exchange replays its day$/),
      '  its mapping is off by the keeper',
    ]);
    expect(one.out).toMatch(/Z {2}mapping-disabled {2}millrace-dev-operations-keep-holds: hold 1 stands\n$/);
    expect(all.out).toBe(`${one.out}social: never held\n`);
    expect(JSON.parse(json.out)).toEqual([JSON.parse(JSON.stringify(await world.holds.read('market')))]);
  });

  it('releases it, says until when rejects are parked, and the mapping is on again', async () => {
    const before = Date.now();
    const { status, out } = await hold('release', 'market', '--why', 'done', '--park', '15m', '--json');
    expect(status).toBe(0);
    const answer = JSON.parse(out) as { hold: Hold; look: { did: string[] } };
    expect(answer.look.did).toEqual(['mapping-enabled']);
    expect(answer.hold).toMatchObject({ standing: false, mappingDisabled: true });
    const accepted = Date.parse(answer.hold.parkUntil ?? '') - 15 * 60_000;
    expect(accepted).toBeGreaterThanOrEqual(before);
    expect(accepted).toBeLessThanOrEqual(Date.now());
    expect(world.isEnabled('market')).toBe(true);
    expect((await hold('list', 'market')).out).toContain('\n  its mapping is being switched on by the keeper\n');
  });

  it('releases nothing where none stands', async () => {
    for (const source of ['market', 'social']) {
      expect(await hold('release', source, '--why', 'done')).toEqual({
        status: 1,
        out: '',
        err: `ops: ${source} is not held: "hold list ${source}" has what was\n`,
      });
    }
  });

  it('does its part where the keeper does not answer, and says what follows', async () => {
    const { keeper } = world.behaviour;
    world.behaviour.keeper = () => {
      throw new Error('it broke');
    };
    const { status, out } = await hold('set', 'social', '--why', 'a test');
    world.behaviour.keeper = keeper;
    expect([status, out]).toEqual([
      0,
      'social is held (number 1); the keeper did not answer (the keeper function failed: it broke); the mapping follows within a minute or two\n',
    ]);
  });

  it.each([
    [['set', 'nosuch', '--why', 'x'], 'there is no source "nosuch" in dev; there are: market, social'],
    [['list', 'nosuch'], 'there is no source "nosuch" in dev; there are: market, social'],
    [['set', 'market'], 'hold set: say why with --why'],
    [['set', '--why', 'x'], 'hold set: give one source'],
    [
      ['release', 'market', '--why', 'x', '--park', 'soon'],
      '--park: must be a time from 1s to 24h, such as 15m, is "soon"',
    ],
    [['release', 'market', '--why', ' '], '--why: must say something'],
    [['lift'], 'hold: say list, set, release'],
    [['set', 'market', '--park', '1m'], 'there is no option --park'],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { status, err } = await hold(...args);
    expect([status, err.slice(0, sentence.length + 5)]).toEqual([2, `ops: ${sentence}`]);
  });

  it('has help for each of its words', async () => {
    const helps = await Promise.all(
      [['--help'], ['list', '--help'], ['set', '--help'], ['release', '--help']].map((args) => hold(...args)),
    );
    expect(helps.map(({ status, out }) => [status, /^Usage: npm run ops -- hold (\S+)/.exec(out)?.[1]])).toEqual([
      [0, 'list|set|release'],
      [0, 'list'],
      [0, 'set'],
      [0, 'release'],
    ]);
  });
});

describe('what a person reads of holds', () => {
  const ended: Hold = {
    source: 'broadcast',
    number: 2,
    standing: false,
    cause: 'rejects',
    reason: 'undecodable',
    why: 'many',
    by: 'f',
    since: '2026-11-21T12:00:00.000Z',
    from: {},
    parkUntil: '2026-11-21T12:30:00.000Z',
    mappingDisabled: false,
    history: [{ at: '2026-11-21T12:10:00.000Z', did: 'released', by: 'eve\u001B[2J', why: 'junk\nmore' }],
  };
  const now = Date.parse('2026-11-21T12:15:00Z');

  it('has what stands first, then by source, and cannot move the cursor', () => {
    const stands = { ...ended, source: 'social', standing: true };
    expect(inOrder([ended, { ...ended, source: 'a' }, stands]).map(({ source }) => source)).toEqual([
      'social',
      'a',
      'broadcast',
    ]);
    expect(formatHolds([ended], ['market'], now)).toEqual([
      'broadcast: not held; the last hold was number 2',
      '  rejects are parked without the guard until 2026-11-21 12:30:00Z',
      '  2026-11-21 12:10:00Z  released          eve·[2J: junk·more',
      'market: never held',
    ]);
    expect(formatHolds([ended], [], now + 3_600_000).join()).not.toContain('parked');
  });

  it('says how often it came, and from when on a probe may end it', () => {
    const lines = (again: number | undefined, at: number) =>
      formatHolds([{ ...ended, standing: true, ...(again === undefined ? {} : { again }) }], [], at).filter((line) =>
        /for the same|no probe/.test(line),
      );
    const since = Date.parse(ended.since);
    expect(lines(4, since + 79_000)).toEqual([
      '  held 5 times for the same, each within an hour of the one before',
      '  no probe ends it before 2026-11-21 12:01:20Z',
    ]);
    expect(lines(4, since + 80_000)).toHaveLength(1);
    expect(lines(undefined, since + 5_000)).toEqual([]);
  });

  it('says what became of the mapping', () => {
    const look = { source: 'a', standing: true, did: [], unfinished: true };
    expect(formatFollowed({ look: { ...look, mapping: ['Disabled'] } })).toBe(
      'its mapping was left as it is: Disabled',
    );
    expect(formatFollowed({ look })).toBe('its mapping had not been switched off');
  });

  it.each([
    ['1s', 1_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
  ])('takes %s', (text, ms) => expect(parkMs(text)).toBe(ms));
  it.each(['0m', '25h', '1441m', '15', 'm', '-1m', ''])('refuses --park %j', (text) => {
    expect(() => parkMs(text)).toThrow(/--park: must be a time/);
  });

  it('takes whoever is logged in for who does it, and no more text than an item should hold', () => {
    const step = (why: string) => readStep('set', { positionals: ['market'], values: { why } });
    expect(step(' x ')).toEqual({ source: 'market', why: 'x', by: expect.stringMatching(/./) });
    expect(() => step('x'.repeat(501))).toThrow(/500 characters/);
  });
});
