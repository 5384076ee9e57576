import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** A log is turned over at this size; one older file is kept, so a long run cannot fill the disk. */
const mostBytes = 20 * 1024 * 1024;

export interface FunctionLogs {
  write(functionName: string, line: string): void;
  close(): Promise<void>;
}

/** One file a function, `<dir>/<function>.log`; the last turned over is `<function>.log.1`. */
export const openFunctionLogs = (dir: string): FunctionLogs => {
  mkdirSync(dir, { recursive: true });
  const open = new Map<string, { stream: WriteStream; bytes: number }>();

  const openFile = (name: string): { stream: WriteStream; bytes: number } => {
    const file = join(dir, `${name}.log`);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > mostBytes) renameSync(file, `${file}.1`);
    const log = { stream: createWriteStream(file, { flags: 'a' }), bytes: size > mostBytes ? 0 : size };
    open.set(name, log);
    return log;
  };

  return {
    write: (name, line) => {
      let log = open.get(name) ?? openFile(name);
      if (log.bytes > mostBytes) {
        log.stream.end();
        log = openFile(name);
      }
      log.bytes += Buffer.byteLength(line) + 1;
      log.stream.write(`${line}\n`);
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ stream }) => new Promise((resolve) => stream.end(resolve))));
      open.clear();
    },
  };
};
