import { describe, expect, it } from 'vitest';
import { faultNames } from '../../bin/local/chaos/fault-names.ts';
import { help, parseLocalOptions, UsageError } from '../../bin/local/options.ts';

const parse = (line: string) => parseLocalOptions(line === '' ? [] : line.split(' '));

describe('npm start', () => {
  it('simulates until it is stopped unless told otherwise', () => {
    expect(parse('')).toEqual({
      feed: { simulate: { rate: 500, seed: 1, wrongPercent: 1 } },
      durationMs: undefined,
      exitWhenDone: false,
      chaos: [],
      seed: 1,
      dataDir: undefined,
    });
  });

  it('takes rate, seed, wrong records, duration and data folder of a simulation', () => {
    expect(parse('--rate 2.5 --seed 7 --wrong 30 --duration 20s --data kept --postgres-port 5432')).toEqual({
      feed: { simulate: { rate: 2.5, seed: 7, wrongPercent: 30 } },
      durationMs: 20_000,
      exitWhenDone: false,
      chaos: [],
      seed: 7,
      dataDir: 'kept',
      postgresPort: 5_432,
    });
  });

  it('replays several recordings, at a speed', () => {
    const options = parse('--replay market-quotes.ndjson market-trades:other.ndjson --speed max --exit-when-done');
    expect(options).toMatchObject({
      feed: {
        replay: {
          recordings: [
            { path: 'market-quotes.ndjson', kind: 'market-quotes' },
            { path: 'other.ndjson', kind: 'market-trades' },
          ],
          speed: 'max',
        },
      },
      exitWhenDone: true,
    });
    expect(parse('--replay market-quotes')).toMatchObject({ feed: { replay: { speed: 1 } } });
    expect(parse('--replay market-quotes --speed 0.5')).toMatchObject({ feed: { replay: { speed: 0.5 } } });
  });

  it.each([
    ['500ms', 500],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('takes %s as %d milliseconds', (text, ms) => {
    expect(parse(`--duration ${text}`)).toMatchObject({ durationMs: ms });
  });

  it('lets things go wrong in turn and at once, each for its time', () => {
    expect(parse('--chaos bucket-down,kill+queue-down:1m --chaos memory:500ms')).toMatchObject({
      chaos: [
        { names: ['bucket-down'], forMs: 10_000 },
        { names: ['kill', 'queue-down'], forMs: 60_000 },
        { names: ['memory'], forMs: 500 },
      ],
    });
    // What waits at its end for others to be over begins first, and so ends last.
    expect(parse('--chaos postgres-down+kill')).toMatchObject({ chaos: [{ names: ['kill', 'postgres-down'] }] });
    expect(parse('--chaos kill --duration 17s')).toMatchObject({ durationMs: 17_000 });
    expect(parse('--chaos kill --exit-when-done')).toMatchObject({ durationMs: undefined, exitWhenDone: true });
    expect(parse('--chaos kill --replay market-quotes --seed 3')).toMatchObject({ seed: 3 });
  });

  it('knows every fault by one word', () => {
    const all = parse('--chaos all:20s')?.chaos ?? [];
    expect(all.map(({ names }) => names)).toEqual(faultNames.map((name) => [name]));
    expect(new Set(all.map(({ forMs }) => forMs))).toEqual(new Set([20_000]));
    for (const name of faultNames) expect(help).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('gives help where it is asked for', () => {
    expect(parse('--help')).toBeUndefined();
  });

  it.each([
    ['--sped 3', '--sped'],
    ['--rate', '--rate'],
    ['--rate 0', '--rate must be a number from 1 to 50000, is "0"'],
    ['--rate 1e9', '--rate must be'],
    ['--rate=-3', '--rate must be'],
    ['--wrong 41', '--wrong must be a number of percent, 0 to 40, is "41"'],
    ['--wrong some', '--wrong must be'],
    ['--wrong 2 --replay market-quotes', '--wrong is for the simulation'],
    ['--seed 1.5', '--seed must be a whole number, is "1.5"'],
    ['--postgres-port 80', '--postgres-port must be a whole number from 1024 to 65535, is "80"'],
    ['--postgres-port any', '--postgres-port must be'],
    ['--duration 20', '--duration must be a time such as 20s'],
    ['--duration 0s', '--duration must be'],
    ['--duration 1000h', '--duration must be'],
    ['--speed fast --replay market-quotes', '--speed must be a number above 0, or max, is "fast"'],
    ['--speed 0 --replay market-quotes', '--speed must be'],
    ['--speed 2', '--speed is for a replay'],
    ['--rate 2 --replay market-quotes', '--rate is for the simulation'],
    ['--seed 2 --replay market-quotes', '--seed is for the simulation'],
    ['--exit-when-done', '--exit-when-done: the simulation is never done'],
    ['market-quotes.ndjson', 'a recording is given as --replay market-quotes.ndjson'],
    ['--replay weather.ndjson', 'names no kind of recording'],
    ['--chaos mongodb', '--chaos must be of all, kill, postgres-down,'],
    ['--chaos kill,', 'is ""'],
    ['--chaos kill+all', 'is "all"'],
    ['--chaos kill+kill', '--chaos kill+kill: kill is there twice at once'],
    ['--chaos kill,memory,kill', '--chaos: kill is there twice'],
    ['--chaos all,kill:20s', '--chaos: kill is there twice'],
    ['--chaos postgres-failover+postgres-down', 'postgres-failover cannot be with postgres-down: it needs the server'],
    ['--chaos kill+bad-deploy', '--chaos kill+bad-deploy: kill cannot be with bad-deploy: it needs records'],
    ['--chaos kill:20', '--chaos kill:DURATION must be a time such as 20s'],
    ['--chaos kill:1s:2s', '--chaos kill:DURATION must be'],
    [
      '--chaos kill,memory:20s --duration 39.9s',
      '--duration is too short (39.9 s): these faults take 40 s at least, without recovery',
    ],
    ['--data=', '--data must name a folder'],
  ])('refuses "%s": %s', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });
});
