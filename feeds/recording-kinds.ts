import { basename } from 'node:path';
import type { FeedEvent } from './feed-event.ts';
import type { Row } from './row.ts';
import { broadcastEventOfRow } from './sources/broadcast.ts';
import { quoteOfRow, tradeOfRow } from './sources/market.ts';
import { postOfRow } from './sources/social.ts';
import { positionOfRow } from './sources/stadium-sensors.ts';

/** Makes the event of one row. @throws Error naming the field that is wrong */
export type ReadRow = (row: Row) => FeedEvent;

/** The recordings we can replay, by the name of the file without its ending. */
const kinds: ReadonlyMap<string, ReadRow> = new Map([
  ['market-quotes', quoteOfRow],
  ['market-trades', tradeOfRow],
  ['stadium-positions', positionOfRow],
  ['broadcast-events', broadcastEventOfRow],
  ['social-posts', postOfRow],
]);

export interface Recording {
  /** As the user gave it. */
  readonly path: string;
  readonly kind: string;
  readonly readRow: ReadRow;
}

/**
 * A recording named on the command line: its kind is the name of its file, or stands before it with a colon.
 * @param argument - `some/market-quotes.ndjson` or `market-quotes:some/file.ndjson`
 * @throws Error listing the kinds
 */
export const namedRecording = (argument: string): Recording => {
  const [, prefix, rest = ''] = /^([a-z-]+):(.+)$/.exec(argument) ?? [];
  const [kind, path] = prefix === undefined ? [basename(argument).replace(/\.[^.]*$/, ''), argument] : [prefix, rest];
  const readRow = kinds.get(kind);
  if (readRow) return { path, kind, readRow };
  const names = [...kinds.keys()];
  throw new Error(
    `"${argument}" names no kind of recording: the file must be called ${names.map((name) => `${name}.ndjson`).join(' or ')}, ` +
      `or be given as ${names[0]}:${path}`,
  );
};
