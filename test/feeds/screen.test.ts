import { describe, expect, it } from 'vitest';
import { formatLive, readLiveCounts } from '../../bin/local/live.ts';
import { createScreen } from '../../bin/local/screen.ts';
import { createMetricsStore } from '../../local/services/cloudwatch/metrics-store.ts';

/** What a terminal of 20 columns shows in the end: understands the two sequences that we use. */
const terminal = (isTTY: boolean, columns = 20) => {
  let lines = [''];
  return {
    isTTY,
    columns,
    write(text: string): void {
      const [plain = '', ...sequences] = text.split('\u001B[');
      const append = (more: string): void => void (lines = (lines.join('\n') + more).split('\n'));
      append(plain);
      for (const sequence of sequences) {
        const [, count, action, rest = ''] = /^(\d+)([AJ])(.*)$/s.exec(sequence) ?? [];
        if (action === 'A') lines = [...lines.slice(0, -1 - Number(count)), ''];
        append(rest);
      }
    },
    shown: (): string[] => lines,
  };
};

describe('the screen', () => {
  it('draws a block anew on a terminal, and keeps lines above it', () => {
    const output = terminal(true);
    const screen = createScreen(output);
    screen.print('first');
    screen.show(['1 s', 'sent 1']);
    screen.show(['2 s', 'sent 2']);
    screen.print('second');
    screen.show(['3 s', 'a line that is longer than the terminal']);
    expect(output.shown()).toEqual(['first', 'second', '3 s', 'a line that is long', '']);
    screen.clear();
    expect(output.shown()).toEqual(['first', 'second', '']);
  });

  it('takes a terminal that does not know its width for an ordinary one', () => {
    const output = terminal(true, 0);
    createScreen(output).show(['a line that is longer than twenty columns']);
    expect(output.shown()[0]).toBe('a line that is longer than twenty columns');
  });

  it('prints one line after the other where there is no terminal', () => {
    const output = terminal(false);
    const screen = createScreen(output);
    screen.show(['1 s', 'sent 1']);
    screen.show(['2 s', 'a line that is longer than the terminal']);
    screen.print('done');
    expect(output.shown()).toEqual(['1 s | sent 1', '2 s | a line that is longer than the terminal', 'done', '']);
  });
});

describe('the live counts', () => {
  const now = 1_700_000_000_000;

  it('add up what the functions of a source have printed', () => {
    const metrics = createMetricsStore();
    const put = (name: string, value: number, dimensions: Record<string, string>, at = now): void =>
      metrics.put('Millrace', dimensions, name, value, 'Count', at);
    const market = { service: 'enrichment', source: 'market' };
    put('Stored', 1_500, market);
    put('Stored', 500, market);
    put('Stored', 9, { service: 'enrichment', source: 'weather' });
    put('Duplicates', 3, market);
    put('Rejected', 1, { ...market, reason: 'undecodable' });
    put('Rejected', 2, { ...market, reason: 'conflict' });
    put('Lag', 9_000, market, now - 60_000);
    put('Lag', 40, market);
    put('Lag', 30, market);
    const counts = readLiveCounts(metrics, 'market', 2_100, now);
    expect(formatLive([counts], 12_400, new Map(), { messages: 1_200, events: 9_000 })).toEqual([
      '12 s',
      'market: sent 2,100, stored 2,000, duplicates 3, rejected 3, lag 40 ms',
      'pushed: 1,200 messages, 9,000 events',
    ]);
  });

  it('of a source that has not begun are nought', () => {
    expect(formatLive([readLiveCounts(createMetricsStore(), 'market', 0, now)], 0)[1]).toBe(
      'market: sent 0, stored 0, duplicates 0, rejected 0, lag -',
    );
  });
});
