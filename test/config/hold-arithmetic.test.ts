import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceSettings } from '../../lib/config/environment.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { attemptsSpent, leastAttempts, secondsUntilHeld, secondsUntilOff } from '../../lib/config/hold-arithmetic.ts';

const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');

const cellsOf = (environment: string): string[] => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${environment} `)) ?? '';
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
};

describe('what an outage spends', () => {
  it('is an attempt more for every quarter of the timeout that passes until the mapping is off', () => {
    const times = { timeoutSeconds: 60, holdAfterSeconds: 60 };
    // Five time-outs of 10 s, 60 s open, 30 s until the batch ends.
    expect(secondsUntilHeld(times)).toBe(140);
    // 60 and 20 s for the keeper, 120 s for Lambda; an attempt waits 15 s.
    expect(secondsUntilOff(times)).toBe(340);
    expect(attemptsSpent(times)).toBe(24);
    expect(leastAttempts(times)).toBe(96);
  });

  it.each(environmentNames)('stands in docs/reliability.md for %s', (name) => {
    for (const source of Object.values(environmentNamed(name).sources)) {
      expect(cellsOf(name)).toEqual([
        `${source.timeoutSeconds} s`,
        `${source.holdAfterSeconds} s`,
        `${secondsUntilOff(source)} s`,
        String(attemptsSpent(source)),
        String(source.attempts),
        limitsOf(source),
      ]);
    }
  });
});

const limitsOf = ({ longestHoldHours, maxRecordAgeHours, retentionHours }: SourceSettings): string =>
  `${longestHoldHours} h < ${maxRecordAgeHours} h < ${retentionHours} h`;
