import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../feeds/account/digest.ts';
import type { DeadLetter, HeldRecord } from '../../../feeds/account/evidence.ts';
import type { FeedRecord, Wrong } from '../../../feeds/feed-event.ts';
import { checkWrong, type ExpectedLetters } from '../../../feeds/wrong/check-wrong.ts';
import { formatWrong } from '../../../feeds/wrong/format-wrong.ts';
import { openWrongLedger } from '../../../feeds/wrong/wrong-ledger.ts';

const since = 1_000_000;
const cut: Wrong = { name: 'cut', reason: 'truncated-frame' };
const twice: Wrong = { name: 'same key', reason: 'conflict' };

const record = (text: string, wrong?: Wrong, source = 'market'): FeedRecord => ({
  source,
  partitionKey: 'p',
  data: Buffer.from(text),
  ...(wrong ? { wrong } : {}),
});

let sequence = 0;
const letter = (text: string, reason: string, overrides: Partial<DeadLetter> = {}): DeadLetter => ({
  source: 'market',
  position: { stream: 'stream', shard: 'shard', sequenceNumber: String((sequence += 1)) },
  reason,
  arrivedAt: since + 1_000,
  failedAt: since + 1_200,
  takenInAt: since + 1_250,
  via: 'parked',
  digest: digestOf(Buffer.from(text)),
  ...overrides,
});

const check = async (
  sent: readonly FeedRecord[],
  letters: readonly DeadLetter[],
  expected: readonly ExpectedLetters[] = [],
  held: readonly HeldRecord[] = [],
) => {
  const taken: string[] = [];
  const send = (records: readonly { data: Buffer }[]): Promise<void> => {
    taken.push(...records.map(({ data }) => data.toString()));
    return Promise.resolve();
  };
  const sources = new Set(['market', ...sent.map(({ source }) => source)]);
  const { ledger, senders } = openWrongLedger(new Map([...sources].map((source) => [source, send])));
  for (const one of sent) await senders.get(one.source)?.([one]);
  expect(taken).toEqual(sent.map(({ data }) => data.toString()));
  const pages = async function* () {
    yield letters.slice(0, 1);
    yield letters.slice(1);
  };
  const heldPages = async function* () {
    yield held;
  };
  return checkWrong(ledger, { letters: pages(), held: heldPages() }, since, expected);
};

describe('what was sent wrong on purpose', () => {
  it('is found in the dead letters with its reason, and what is right is not looked for', async () => {
    const result = await check(
      [record('a', cut), record('right'), record('b', twice)],
      [letter('a', 'truncated-frame'), letter('b', 'conflict')],
    );
    expect(result).toMatchObject({ sent: 2, found: 2, faultCount: 0 });
  });

  it('is missing where it is not there, as often as it was sent', async () => {
    const sent = [record('a', cut), record('a', cut), record('a', cut)];
    await expect(check(sent, [letter('a', 'truncated-frame')])).resolves.toMatchObject({
      sent: 3,
      found: 1,
      faultCount: 2,
      faults: [
        { fault: 'missing', kind: 'cut', expected: 'truncated-frame', source: 'market' },
        { fault: 'missing', kind: 'cut' },
      ],
    });
    await expect(
      check(
        sent,
        [1, 2, 3].map(() => letter('a', 'truncated-frame')),
      ),
    ).resolves.toMatchObject({
      found: 3,
      faultCount: 0,
    });
  });

  it('is a fault with another reason than that of its kind, at a position', async () => {
    const other = letter('a', 'undecodable');
    const result = await check([record('a', cut)], [other]);
    expect(result).toMatchObject({
      found: 0,
      faultCount: 1,
      faults: [{ fault: 'otherReason', kind: 'cut', expected: 'truncated-frame', found: 'undecodable' }],
    });
    expect(result.faults[0]?.position).toBe(`stream/shard/${other.position.sequenceNumber}`);
  });

  it('is nobody’s where nobody sent these bytes wrong to this stream', async () => {
    const sent = [record('a', cut), record('right')];
    const letters = [letter('a', 'truncated-frame'), letter('right', 'conflict')];
    await expect(check(sent, letters)).resolves.toMatchObject({
      found: 1,
      faultCount: 1,
      faults: [{ fault: 'nobodys', found: 'conflict', kind: undefined }],
    });
    const elsewhere = await check([record('a', cut, 'social')], [letter('a', 'truncated-frame')]);
    expect(elsewhere.faults.map(({ fault }) => fault)).toEqual(['nobodys', 'missing']);
    const withoutBytes = await check([], [letter('a', 'too-large', { digest: undefined })]);
    expect(withoutBytes.faultCount).toBe(1);
  });

  it('may be there once more where its producer had to send it again', async () => {
    const letters = [letter('a', 'truncated-frame'), letter('a', 'truncated-frame')];
    const result = await check([record('a', cut)], letters);
    expect(result).toMatchObject({ sent: 1, found: 1, sentAgain: 1, faultCount: 0 });
    expect(formatWrong(result)).toContain('1 were sent once more by the producer');
  });

  it('is not what an earlier run sent into the same data', async () => {
    const before = letter('old', 'conflict', { arrivedAt: since - 1 });
    await expect(check([], [before])).resolves.toMatchObject({ sent: 0, faultCount: 0 });
  });

  it('is not what Lambda gave up on: nobody wanted that, and a wrong record among it is missing', async () => {
    const givenUp = letter('right', 'RetryAttemptsExhausted', { via: 'given-up' });
    const result = await check([record('a', cut)], [givenUp, letter('a', 'RecordAgeExceeded', { via: 'given-up' })]);
    expect(result.faults.map(({ fault }) => fault)).toEqual(['givenUp', 'givenUp', 'missing']);
    expect(result.parkedAfter.size).toBe(0);
    expect([...result.givenUpAfter.keys()]).toEqual(['RetryAttemptsExhausted', 'RecordAgeExceeded']);
  });
});

describe('dead letters of what goes wrong on purpose', () => {
  const expected: ExpectedLetters = {
    what: 'parked by a deploy',
    least: 1,
    most: 2,
    isOne: ({ via, reason }) => via === 'parked' && reason === 'too-large',
  };
  const parked = (text: string): DeadLetter => letter(text, 'too-large');

  it('are right records, and wrong ones with its reason: these are not missing', async () => {
    const result = await check([record('a', cut)], [parked('right'), parked('a')], [expected]);
    expect(result).toMatchObject({ faultCount: 0, found: 0, ofFaults: [{ what: 'parked by a deploy', count: 2 }] });
    expect(result.unsent).toEqual([
      { arrivedAt: since + 1_000, via: 'parked' },
      { arrivedAt: since + 1_000, via: 'parked' },
    ]);
  });

  it('are no more than there may be, and no fewer', async () => {
    const many = await check([], [parked('x'), parked('y'), parked('z')], [expected]);
    expect(many.faults).toMatchObject([
      { fault: 'notAsMany', kind: 'parked by a deploy', expected: '1 to 2', found: '3' },
    ]);
    await expect(check([], [], [expected])).resolves.toMatchObject({ faultCount: 1 });
  });

  it('leave nothing else unexplained', async () => {
    const result = await check([], [parked('x'), letter('y', 'conflict')], [expected]);
    expect(result.faults.map(({ fault, found }) => [fault, found])).toEqual([['nobodys', 'conflict']]);
  });
});

describe('the table of how long dead letters took', () => {
  const after = (ms: number): DeadLetter => letter('a', 'truncated-frame', { takenInAt: since + 1_000 + ms });

  it('has quantiles by reason, and how many took over five seconds', async () => {
    const letters = [
      ...Array.from({ length: 99 }, (_, n) => after(10 * (n + 1))),
      after(5_001),
      letter('b', 'conflict', { takenInAt: since + 6_000 }),
      letter('c', 'RetryAttemptsExhausted', { via: 'given-up', takenInAt: since + 61_000 }),
    ];
    const text = formatWrong(
      await check([...letters.slice(0, 100).map(() => record('a', cut)), record('b', twice)], letters, [
        { what: 'given up on purpose', least: 1, most: 1, isOne: ({ via }) => via === 'given-up' },
      ]),
    );
    const cells = (name: string) =>
      text
        .split('\n')
        .find((line) => line.trim().startsWith(`${name} `))
        ?.trim()
        .split(/ {2,}/);
    expect(cells('truncated-frame')).toEqual(['truncated-frame', '100', '500', '950', '990', '5,001', '1']);
    expect(cells('conflict')).toEqual(['conflict', '1', '5,000', '5,000', '5,000', '5,000', '0']);
    expect(cells('all')).toEqual(['all', '101', '510', '960', '5,000', '5,001', '1']);
    expect(cells('RetryAttemptsExhausted')).toEqual([
      'RetryAttemptsExhausted',
      '1',
      '60,000',
      '60,000',
      '60,000',
      '60,000',
      '1',
    ]);
    expect(text).toContain('  1 given up on purpose; 1 at most');
    expect(text).not.toContain('THE DEAD LETTERS ARE NOT');
  });

  it('says what is amiss, and of much the first', async () => {
    const result = await check(
      Array.from({ length: 25 }, () => record('a', cut)),
      [letter('x', 'conflict')],
    );
    const text = formatWrong(result);
    expect(text).toContain('in the dead letters, and nobody sent it wrong: market, is conflict, stream/shard/');
    expect(text).toContain('sent wrong, and not in the dead letters: market, "cut", should be truncated-frame');
    expect(text).toContain('and 6 more');
    expect(text.split('\n').at(-1)).toBe('THE DEAD LETTERS ARE NOT WHAT WAS SENT WRONG.');
  });

  it('is short where there is nothing', async () => {
    expect(formatWrong(await check([], []))).toBe(
      'Wrong on purpose: 0 records, 0 in the dead letters with their reason',
    );
  });

  it('is not missing where its source is held: once for each that is there', async () => {
    const wrong = { name: 'cut', reason: 'truncated-frame' } as const;
    const held = (text: string, n: number): HeldRecord => ({
      source: 'market',
      position: { stream: 'stream', shard: 'shard', sequenceNumber: String(9_000 + n) },
      arrivedAt: since + 1_000,
      digest: digestOf(Buffer.from(text)),
    });
    const sent = [record('a', wrong), record('a', wrong), record('b', wrong), record('c', wrong)];
    const result = await check(
      sent,
      [letter('c', 'truncated-frame')],
      [],
      [held('a', 1), held('right', 2), held('c', 3)],
    );
    expect(result).toMatchObject({ sent: 4, found: 1, held: 1, faultCount: 2 });
    expect(formatWrong(result)).toContain('1 are held with their source');
  });
});
