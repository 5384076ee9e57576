import { describe, expect, it } from 'vitest';
import { quietFor, sayQuiet } from '../../../console/page/connection/freshness.ts';
import { fromBase64, hexDump } from '../../../console/page/letters/hex-dump.ts';
import type { PushedEvent } from '../../../console/page/messages.ts';
import { languageName, readPost } from '../../../console/page/posts/read-post.ts';
import { createBoard } from '../../../console/page/quotes/board.ts';

const event = (body: Record<string, unknown>, occurredAt = '2026-01-01T00:00:00.000000Z'): PushedEvent => ({
  entity: 'a',
  sourceEventId: 'e1',
  occurredAt,
  arrivedAt: occurredAt,
  priority: 'normal',
  body,
});

describe('a post', () => {
  it('shows what is left of it, or all of it where that is nothing', () => {
    const post = {
      team: 'MillTown',
      text: '',
      originalText: 'https://t.co/x',
      language: 'und',
      tags: ['a', 'b', 'c', 'd', 7],
    };
    expect(readPost(event(post))).toMatchObject({ text: 'https://t.co/x', language: undefined, tags: ['a', 'b', 'c'] });
    expect(readPost(event({ team: 'MillTown' }))).toBeUndefined();
  });

  it('names its language', () => {
    expect([languageName('de'), languageName('!')]).toEqual(['German', '!']);
  });
});

describe('the board', () => {
  const quote = (symbol: string, mid: number, second: number) => ({
    channel: `market/quotes/${symbol}`,
    number: 1,
    events: [event({ symbol, mid, spreadBps: 1 }, `2026-01-01T00:00:0${second}.000000Z`)],
  });

  it('has the newest quote of each symbol by name, and its change since it was seen first', () => {
    const board = createBoard();
    for (const one of [quote('B', 100, 1), quote('A', 5, 1), quote('B', 101, 2)]) board.add(one);
    expect(board.list().map(({ symbol, mid }) => [symbol, mid])).toEqual([
      ['A', 5],
      ['B', 101],
    ]);
    expect(board.list()[1]?.change).toBeCloseTo(0.01);
    expect(board.list()[1]?.mids.values).toEqual([100, 101]);
  });

  it('does not go back to an older quote, as a snapshot may bring one', () => {
    const board = createBoard();
    board.add(quote('A', 5, 2));
    expect(board.add(quote('A', 4, 1))).toEqual([]);
    expect(board.list()[0]?.mid).toBe(5);
  });

  it('has room for so many symbols and no more', () => {
    const board = createBoard();
    for (let n = 0; n < 300; n += 1) board.add(quote(`S${n}`, 1, 1));
    expect(board.list()).toHaveLength(200);
  });
});

describe('when nothing comes', () => {
  it('says so after three seconds, in whole ones', () => {
    expect(quietFor(undefined, 10_000)).toBeUndefined();
    expect(quietFor(1_000, 3_999)).toBeUndefined();
    expect(sayQuiet('message', quietFor(1_000, 5_200) ?? 0)).toBe('No message for 4 s');
  });
});

describe('a dump of bytes', () => {
  it('shows them in hexadecimal and as text, cut where it is told to', () => {
    const bytes = fromBase64(Buffer.from('\u0003\u0000{"symbol":"EUR/USD"}é').toString('base64'));
    expect(hexDump(bytes, 9)).toEqual([
      { offset: '000000', hex: '03 00 7b 22 73 79 6d 62 6f 6c 22 3a 22 45 55 52', text: '··{"symbol":"EUR' },
      { offset: '000010', hex: '2f 55 53 44 22 7d c3 a9', text: '/USD"}··' },
    ]);
    expect(hexDump(bytes, 1)).toHaveLength(1);
    expect(hexDump(new Uint8Array(), 9)).toEqual([]);
  });
});
