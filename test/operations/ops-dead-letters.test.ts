import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatList } from '../../bin/ops/dead-letters/format-list.ts';
import { hexPreview } from '../../bin/ops/dead-letters/hex-preview.ts';
import { readListing } from '../../bin/ops/dead-letters/list.ts';
import { formatEntry } from '../../bin/ops/dead-letters/show.ts';
import { momentOf } from '../../bin/ops/dead-letters/times.ts';
import type { DeadLetterStore } from '../../lambdas/shared/dead-letters/dead-letter-store.ts';
import type { DeadLetterEntry } from '../../lambdas/shared/dead-letters/entry.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const entry = (n: number, overrides: Partial<DeadLetterEntry> = {}): DeadLetterEntry => ({
  id: `millrace-test-market/shardId-000000000000/${n}`,
  source: 'market',
  stream: 'millrace-test-market',
  shard: 'shardId-000000000000',
  sequenceNumber: String(n),
  via: 'parked',
  reason: 'broken-rule',
  stage: 'validate',
  errorClass: 'RejectedRecordError',
  message: 'bid: must be above 0, is a negative number',
  schemaId: null,
  correlationId: null,
  arrivedAt: '2026-11-21T11:00:00.000Z',
  failedAt: '2026-11-21T11:00:00.040Z',
  takenInAt: '2026-11-21T11:00:00.090Z',
  size: 1_234,
  attempts: 1,
  status: 'waiting',
  expiresAt: noon / 1000,
  ...overrides,
});

const listing = (entries: readonly DeadLetterEntry[], limit: number, most?: number) => {
  let asked = 0;
  const store = {
    list: async function* () {
      for (const each of entries) {
        asked += 1;
        yield each;
      }
    },
  } as unknown as DeadLetterStore;
  return readListing(store, { sources: ['market'], from: 0, to: noon, reason: undefined }, limit, most).then(
    (read) => ({
      ...read,
      asked,
    }),
  );
};
const span = { from: noon - 3_600_000, to: noon };

describe('dead-letters list', () => {
  const entries = [entry(3, { reason: 'conflict', size: 9 }), entry(2), entry(1)];

  it('shows the newest, each with its whole id, and counts all by reason', async () => {
    expect(formatList(await listing(entries, 2), span, undefined)).toEqual([
      'failed at             source  reason       bytes  message',
      '2026-11-21 11:00:00Z  market  conflict         9  bid: must be above 0, is a negative number',
      '  millrace-test-market/shardId-000000000000/3',
      '2026-11-21 11:00:00Z  market  broken-rule  1,234  bid: must be above 0, is a negative number',
      '  millrace-test-market/shardId-000000000000/2',
      '3 dead letters from 2026-11-21 11:00:00Z to 2026-11-21 12:00:00Z, 2 shown: broken-rule 2, conflict 1',
    ]);
  });

  it('is cut to the terminal, but for the ids', async () => {
    const lines = formatList(await listing(entries, 3), span, 60);
    for (const line of lines.slice(0, -1).filter((text) => !text.startsWith('  ')))
      expect(line.length).toBeLessThanOrEqual(60);
    expect(lines[1]?.endsWith('…')).toBe(true);
    expect(lines[2]).toBe('  millrace-test-market/shardId-000000000000/3');
  });

  it('says that there is nothing', async () => {
    expect(formatList(await listing([], 5), span, 80)).toEqual([
      'no dead letters from 2026-11-21 11:00:00Z to 2026-11-21 12:00:00Z',
    ]);
  });

  it('counts so many and no more, and says so', async () => {
    const many = Array.from({ length: 50 }, (_, n) => entry(n));
    const read = await listing(many, 5, 20);
    expect(read.asked).toBe(21);
    expect(read.entries).toHaveLength(5);
    expect(formatList(read, span, 200).at(-1)).toMatch(
      /^20 dead letters and older ones, not counted from .*, 5 shown: broken-rule 20$/,
    );
  });

  it('lets no text from elsewhere steer the terminal', async () => {
    const [, line] = formatList(await listing([entry(1, { message: 'a\u001B[2Jb\u202Ec\nd' })], 1), span, 200);
    expect(line).toMatch(/a·\[2Jb·c·d$/);
  });
});

describe('dead-letters show', () => {
  it('tells everything, and shows the first 256 bytes', () => {
    const bytes = Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(300, 'x')]);
    const lines = formatEntry(entry(1, { bytes, correlationId: 'c\u0007' }), bytes);
    expect(lines).toContain('reason          broken-rule');
    expect(lines).toContain('correlationId   c·');
    expect(lines).toContain('schemaId        -');
    expect(lines).toContain('expiresAt       2026-11-21T12:00:00.000Z');
    expect(lines).toContain('first 256 of 302 bytes');
    expect(lines).toContain('0000  03 00 78 78 78 78 78 78 78 78 78 78 78 78 78 78  ..xxxxxxxxxxxxxx');
    expect(lines.filter((line) => /^[0-9a-f]{4}  /.test(line))).toHaveLength(16);
  });

  it('says where large bytes are, or that they are gone', () => {
    const large = entry(1, { bytesAt: { bucket: 'b', key: 'parked/1' } });
    expect(formatEntry(large, Buffer.from('abc'))).toContain('bytesAt         s3://b/parked/1');
    expect(formatEntry(large, undefined).at(-1)).toMatch(/^The bytes are gone/);
  });

  it('previews no bytes as no lines, and a short line to its width', () => {
    expect(hexPreview(Buffer.alloc(0))).toEqual([]);
    expect(hexPreview(Buffer.from('ab\n'))).toEqual([`0000  61 62 0a${' '.repeat(39)}  ab.`]);
  });
});

describe('a moment on the command line', () => {
  it.each([
    ['45s', noon - 45_000],
    ['30m', noon - 1_800_000],
    ['2h', noon - 7_200_000],
    ['7d', noon - 604_800_000],
    ['2026-11-21', Date.UTC(2026, 10, 21)],
    ['2026-11-21T08:00', Date.UTC(2026, 10, 21, 8)],
    ['2026-11-21T08:00:01.5Z', Date.UTC(2026, 10, 21, 8, 0, 1, 500)],
    ['2026-11-21T08:00+01:00', Date.UTC(2026, 10, 21, 7)],
  ])('%s', (text, moment) => {
    expect(momentOf('since', text, noon)).toBe(moment);
  });

  it.each(['', 'yesterday', '2', '2w', '-2h', '2026-13-01', '2026-11-21 08:00', '21.11.2026'])(
    'is not "%s"',
    (text) => {
      expect(() => momentOf('since', text, noon)).toThrow(`--since: must be a time before now such as 30m, 2h or 7d`);
    },
  );
});

describe('the command line of dead-letters', () => {
  const program = fileURLToPath(new URL('../../bin/ops.ts', import.meta.url));
  const ops = async (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> => {
    try {
      return { status: 0, ...(await promisify(execFile)(process.execPath, [program, 'dead-letters', ...args])) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { status: code, stdout, stderr };
    }
  };

  it.each([
    [['--help'], 'Usage: npm run ops -- dead-letters list|show'],
    [['list', '--help'], 'Usage: npm run ops -- dead-letters list [options]'],
    [['show', '--help'], 'Usage: npm run ops -- dead-letters show ID [options]'],
  ])('%j explains itself', async (args, beginning) => {
    const { status, stdout } = await ops(...args);
    expect(status).toBe(0);
    expect(stdout.startsWith(beginning)).toBe(true);
  });

  it.each([
    [[], 'dead-letters: say list or show'],
    [['replay'], 'dead-letters: say list or show'],
    [['list', '--limit', '0'], '--limit: must be a whole number from 1 to 999999, is "0"'],
    [['list', '--since', '1h', '--until', '2h'], '--since: must be before --until'],
    [['list', 'market'], 'dead-letters list: takes no "market"'],
    [['show'], 'dead-letters show: give one id'],
    [['show', 'a', '--bytes', '-', '--json'], '--bytes: cannot be given with --json'],
  ])('%j is wrong usage', async (args, sentence) => {
    const { status, stderr } = await ops(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
