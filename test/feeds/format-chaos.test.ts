import { describe, expect, it } from 'vitest';
import { chaosProblems, formatChaos } from '../../bin/local/chaos/format-chaos.ts';
import type { FaultResult } from '../../local/faults/run-in-turn.ts';

const result = (changed: Partial<FaultResult> = {}): FaultResult => ({
  name: 'kill',
  begunAt: 10_000,
  lastedMs: 8_040,
  recoveredMs: 1_260,
  cut: false,
  longestLagMs: 3_000,
  mostAttempts: 2,
  attemptsOf: {},
  peakMemoryMb: 171.4,
  counts: [{ what: 'kills before-statement', count: 3, must: true }],
  ...changed,
});
const cells = (text: string, name: string): string[] | undefined =>
  text
    .split('\n')
    .find((line) => line.trim().startsWith(`${name} `))
    ?.trim()
    .split(/ {2,}/);

describe('the table of what went wrong on purpose', () => {
  it('has a row for each fault', () => {
    const later = result({ name: 'memory', begunAt: 30_000, counts: [], recoveredMs: undefined });
    const letters = [
      { arrivedAt: 9_000, via: 'parked' as const },
      { arrivedAt: 27_999, via: 'parked' as const },
      { arrivedAt: 28_000, via: 'given-up' as const },
    ];
    const text = formatChaos([result(), later], letters, []);
    expect(cells(text, 'kill')).toEqual(['kill', '8.0', '1.3', '3.0', '2', '2', '171', '3 kills before-statement']);
    expect(cells(text, 'memory')).toEqual(['memory', '8.0', 'never', '3.0', '2', '1', '171']);
    expect(text.split('\n').at(-1)).toBe('NOT EVERY FAULT HAS PROVED SOMETHING.');
  });

  it('has no problem with a fault that did something and was recovered from', () => {
    const counts = [
      { what: 'deadlocks', count: 1, must: true },
      { what: 'kills in passing', count: 0, must: false },
    ];
    expect(chaosProblems([result({ counts })], [])).toEqual([]);
    expect(formatChaos([result({ counts })], [], [])).not.toContain('NOT EVERY FAULT');
  });

  it('names what a fault did not do, and that the run has not caught up', () => {
    const counts = [{ what: 'deadlocks', count: 0, must: true }];
    expect(chaosProblems([result({ counts, recoveredMs: undefined })], [])).toEqual([
      'kill: the run did not catch up with it',
      'kill: no deadlocks',
    ]);
  });

  it('names what was not even begun, and asks nothing of what the end of the run has cut short', () => {
    const counts = [{ what: 'deadlocks', count: 0, must: true }];
    expect(chaosProblems([result({ counts, recoveredMs: undefined, cut: true })], [])).toEqual([]);
    expect(formatChaos([result()], [], ['memory'])).toContain('memory: not begun\nNOT EVERY FAULT');
  });
});
