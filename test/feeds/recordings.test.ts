import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { namedRecording } from '../../feeds/recording-kinds.ts';
import { checkRecording } from '../../feeds/recordings.ts';
import { recordingsFolder } from './support/recordings-folder.ts';

const { folder, written, read } = await recordingsFolder();
afterAll(() => rm(folder, { recursive: true }));

const quote = (fields: Record<string, unknown> = {}): string =>
  JSON.stringify({
    symbol: 'EUR/USD',
    time: '2020-01-01T17:00:00.065',
    bid: 1.1212,
    ask: 1.12172,
    volume: 0,
    ...fields,
  });
const trade = (fields: Record<string, unknown> = {}): string =>
  JSON.stringify({
    symbol: 'BTC/USD',
    trade_id: 7,
    time_s: 1577898000.25,
    price: 7200.5,
    size: 0.1,
    side: 's',
    ...fields,
  });

describe('a recording of quotes', () => {
  it('gives each row as an event that is known by symbol, time, bid and ask', async () => {
    const [event] = await read('market-quotes', `${quote()}\n`);
    expect(event).toEqual({
      source: 'market',
      subject: 'market-quote',
      partitionKey: 'EUR/USD',
      event: {
        header: {
          source: 'market',
          sourceEventId: 'quote/EUR/USD/1577898000065000/1.1212/1.12172',
          occurredAt: 1_577_898_000_065_000,
        },
        symbol: 'EUR/USD',
        bid: 1.1212,
        ask: 1.12172,
        volume: 0,
      },
    });
  });

  it.each([
    ['2020-01-01T17:00:00', 1_577_898_000_000_000],
    ['2020-01-01 17:00:00.5', 1_577_898_000_500_000],
    ['2020-01-01T17:00:00.1234567', 1_577_898_000_123_456],
    ['2020-01-01T18:00:00.065+01:00', 1_577_898_000_065_000],
    ['2020-01-01T17:00:00Z', 1_577_898_000_000_000],
    ['1969-12-31T23:59:59.999999', -1],
  ])('takes the time %s as %d microseconds, UTC where it names no zone', async (time, micros) => {
    const [event] = await read('market-quotes', quote({ time }));
    expect(event?.event.header.occurredAt).toBe(micros);
  });

  it('leaves rules of the market to the pipeline', async () => {
    const [event] = await read('market-quotes', quote({ bid: -1, volume: undefined, symbol: 'x'.repeat(300) }));
    expect(event?.event).toMatchObject({ bid: -1, volume: 0 });
    expect(event?.partitionKey).toHaveLength(256);
  });

  it.each([
    ['{"symbol":', 'is not JSON'],
    ['[1]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    [quote({ bid: '1.1' }), '"bid" must be a number'],
    [quote({ ask: undefined }), '"ask" is missing: must be a number'],
    [quote({ symbol: '' }), '"symbol" must be text'],
    [quote({ time: 'yesterday' }), '"time" must be a time such as'],
    [quote({ time: '2020-02-30T00:00:00' }), '"time" must be a time such as'],
    [quote({ time: '2020-13-01T00:00:00' }), '"time" must be a time such as'],
    [quote({ time: '2020-01-01T25:00:00' }), '"time" must be a time such as'],
    [quote({ time: 5 }), '"time" must be a time such as'],
    [quote().replace('1.12172', '1e999'), '"ask" must be a number'],
  ])('refuses the line %s with its number', async (line, message) => {
    const argument = await written('market-quotes', `${quote()}\n\n${line}\n${quote()}\n`);
    const { path } = namedRecording(argument);
    await expect(checkRecording(namedRecording(argument))).rejects.toThrow(`${path}:3 ${message}`);
  });
});

describe('a recording of trades', () => {
  it('gives each row as an event that is known by symbol and trade id', async () => {
    const events = await read('market-trades', `${trade()}\r\n${trade({ side: 'b' })}`);
    expect(events.map(({ event }) => event)).toEqual([
      {
        header: { source: 'market', sourceEventId: 'trade/BTC/USD/7', occurredAt: 1_577_898_000_250_000 },
        symbol: 'BTC/USD',
        tradeId: 7,
        price: 7200.5,
        size: 0.1,
        side: 'sell',
      },
      expect.objectContaining({ side: 'buy' }),
    ]);
  });

  it.each([
    [trade({ side: 'x' }), '"side" must be one of "b", "s"'],
    [trade({ trade_id: 1.5 }), '"trade_id" must be a whole number'],
    [trade({ time_s: 1e300 }), '"time_s" must be seconds since the epoch'],
  ])('refuses the line %s', async (line, message) => {
    await expect(read('market-trades', line)).rejects.toThrow(`:1 ${message}`);
  });
});

describe('a file', () => {
  it('is of the kind its name says', () => {
    expect(namedRecording('../data/market-quotes.ndjson')).toMatchObject({ kind: 'market-quotes' });
    expect(namedRecording('market-trades')).toMatchObject({ kind: 'market-trades', path: 'market-trades' });
  });

  it.each(['quotes.ndjson', 'weather:market-quotes.ndjson'])('%s names no kind, and the message lists them', (name) => {
    expect(() => namedRecording(name)).toThrow(
      /market-quotes\.ndjson or market-trades\.ndjson or .*, or be given as market-quotes:/,
    );
  });

  it('that does not exist, is a folder, or holds nothing is named', async () => {
    await expect(checkRecording(namedRecording('market-quotes:./nowhere'))).rejects.toThrow(
      './nowhere: there is no such file',
    );
    await expect(checkRecording(namedRecording(`market-quotes:${folder}`))).rejects.toThrow('is a folder');
    await expect(checkRecording(namedRecording(await written('market-quotes', '\n \n')))).rejects.toThrow(
      'holds no events',
    );
  });

  it('larger than what is read at once keeps all its lines, split wherever', async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) => quote({ bid: n, symbol: 'ÄÖ€' }));
    const argument = await written('market-quotes', lines.join('\n'));
    await expect(checkRecording(namedRecording(argument))).resolves.toBe(3_000);
  });

  it('that is not UTF-8, or has no line ends, is refused', async () => {
    const notUtf8 = Buffer.concat([Buffer.from(`${quote()}\n"`), Buffer.from([0xff, 0x0a])]);
    await expect(read('market-quotes', notUtf8)).rejects.toThrow(':2 is not UTF-8');
    await expect(read('market-quotes', Buffer.alloc(2_000_000, 'x'))).rejects.toThrow(
      ':1 is longer than 1048576 bytes',
    );
  });
});
