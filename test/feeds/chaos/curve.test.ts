import { describe, expect, it } from 'vitest';
import { readChaosOptions } from '../../../load-test/chaos/chaos-options.ts';
import { curve, niceStep, smooth } from '../../../load-test/backpressure/curve.ts';
import { backpressureProblems, catchUpRate, figuresOf, lagGoneAt } from '../../../load-test/backpressure/figures.ts';
import { faultTable, replaceSection } from '../../../load-test/chaos/fault-table.ts';

const samples = Array.from({ length: 40 }, (_, at) => ({
  at,
  lag: at >= 10 && at < 20 ? at - 10 : 1,
  stored: at >= 10 && at < 20 ? 100 : 500,
  memory: 150 + (at % 3),
}));

describe('the curve of backpressure', () => {
  it('has a line for each measure, axes with units, and shade where it was slow', () => {
    const svg = curve(samples, { from: 10, to: 20 }, 500, 512);
    expect(svg.match(/<polyline/g)).toHaveLength(3);
    for (const [, points = ''] of svg.matchAll(/points="([^"]+)"/g)) expect(points.split(' ')).toHaveLength(40);
    expect(svg.match(/class="slow"/g)).toHaveLength(3);
    for (const text of ['behind, s', 'events/s', 'MB resident', 'seconds']) expect(svg).toContain(text);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toContain('NaN');
  });

  it('has round steps', () => {
    expect([3, 9, 41, 512].map(niceStep)).toEqual([1, 5, 20, 200]);
    expect(smooth([0, 3, 6])).toEqual([1.5, 3, 4.5]);
  });

  it('has figures for the time before, the slow one, catching up, and afterwards', () => {
    const [lag, stored, memory] = figuresOf(samples, { from: 10, to: 20 }, 25);
    expect(lag?.cells).toEqual(['1.0', '9.0', '1.0', '1.0']);
    expect(stored?.cells).toEqual(['500', '100', '500', '500']);
    expect(lagGoneAt(samples, { from: 10, to: 20 })).toBe(20);
    expect(lagGoneAt(samples, { from: 10, to: 40 })).toBeUndefined();
    expect(memory?.cells).toEqual(['152', '152', '152', '152']);
    expect(catchUpRate(samples, { from: 10, to: 20 }, 25)).toBe(500);
  });

  it('is one of backpressure only where memory stays and the lag goes', () => {
    const slow = { from: 10, to: 20 };
    expect(backpressureProblems(samples, slow, 25)).toEqual([]);
    const grown = samples.map((sample) => ({ ...sample, memory: sample.at === 24 ? 200 : 150 }));
    expect(backpressureProblems(grown, slow, 25)).toEqual([
      'memory grew from 150 MB to 200 MB, by more than a quarter',
    ]);
    expect(backpressureProblems(grown, slow, 24)).toEqual([]);
    expect(backpressureProblems(samples, slow, undefined)).toEqual(['the lag was never gone again']);
  });
});

describe('the table of faults', () => {
  it('has a row with its command for each, and goes between its marks', () => {
    const table = faultTable(
      [
        {
          name: 'kill',
          begunAt: 0,
          lastedMs: 60_000,
          recoveredMs: 2_000,
          cut: false,
          longestLagMs: 3_000,
          mostAttempts: 1,
          attemptsOf: {},
          peakMemoryMb: 170,
          counts: [{ what: 'kills', count: 12, must: true }],
        },
      ],
      [],
      { date: '2026-01-01', machine: 'a machine', rate: 500, forText: '60s' },
    );
    expect(table).toContain(
      '| `kill` | 60.0 | 2.0 | 3.0 | 1 | 0 | 170 | 12 kills | `npm start -- --exit-when-done --chaos kill:60s` |',
    );
    const page = replaceSection('# A\n\n<!-- faults -->\nold\n<!-- /faults -->\n\nend', 'faults', 'new');
    expect(page).toBe('# A\n\n<!-- faults -->\n\nnew\n\n<!-- /faults -->\n\nend');
    expect(() => replaceSection('# A', 'faults', 'new')).toThrow('no section <!-- faults -->');
  });
});

describe('npm run chaos', () => {
  it('measures every fault in turn, or some, at a rate', () => {
    expect(readChaosOptions(['--write'])).toMatchObject({ rate: 500, forText: '60s', write: true });
    expect(readChaosOptions(['--only', 'kill,memory', '--for', '5s', '--rate', '20'])).toMatchObject({
      chaos: [
        { names: ['kill'], forMs: 5_000 },
        { names: ['memory'], forMs: 5_000 },
      ],
      rate: 20,
      write: false,
    });
    expect(readChaosOptions(['--only', 'all', '--write'])).toMatchObject({ write: true });
    expect(readChaosOptions(['--help'])).toBeUndefined();
  });

  it.each([
    ['--write --only kill', '--write replaces the whole table'],
    ['--rate fast', '--rate must be a number from 1 to 50000, is "fast"'],
    ['--rate 0', '--rate must be'],
    ['--for long', 'DURATION must be a time'],
    ['--sped 3', 'there is no option --sped'],
    ['kill', '"kill" is no option'],
  ])('refuses "%s"', (line, message) => {
    expect(() => readChaosOptions(line.split(' '))).toThrow(message);
  });
});
