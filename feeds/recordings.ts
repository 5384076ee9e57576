import { createReadStream } from 'node:fs';
import type { FeedEvent } from './feed-event.ts';
import { LineError, linesOf } from './lines.ts';
import type { ReadRow, Recording } from './recording-kinds.ts';
import { parseRow } from './row.ts';

/** Why a file cannot be read, for people. */
const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read',
  EISDIR: 'is a folder, not a file',
};

const explain = (path: string, error: unknown): Error => {
  if (error instanceof LineError) return new Error(`${path}:${error.line} ${error.message}`, { cause: error });
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(`${path}: ${unreadable[code ?? ''] ?? message}`, { cause: error });
};

/**
 * The events of a recording, in the order of the file, read as they are asked for.
 * @throws Error `file:line` and what is wrong with it, or why the file cannot be read
 */
export async function* readRecording({ path, readRow }: Recording): AsyncGenerator<FeedEvent> {
  try {
    for await (const { number, text } of linesOf(createReadStream(path))) yield eventOf(readRow, number, text);
  } catch (error) {
    throw explain(path, error);
  }
}

const eventOf = (readRow: ReadRow, line: number, text: string): FeedEvent => {
  try {
    return readRow(parseRow(text));
  } catch (error) {
    throw new LineError(line, (error as Error).message, { cause: error });
  }
};

/**
 * Reads a recording through once, so that a bad line is found before anything is started.
 * @returns how many events it holds
 * @throws Error as `readRecording`, or when it holds none
 */
export const checkRecording = async (recording: Recording): Promise<number> => {
  let count = 0;
  for await (const _ of readRecording(recording)) count += 1;
  if (count === 0) throw new Error(`${recording.path}: holds no events`);
  return count;
};
