import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/** Calls `onLine` for every line of a stream, as long as it lasts. */
export const forEachLine = (stream: Readable, onLine: (line: string) => void): void => {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
};
