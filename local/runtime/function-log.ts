import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A log is turned over at this size; one older file is kept, so a long run cannot fill the disk. */
const mostBytes = 20 * 1024 * 1024;

export interface FunctionLogs {
  /** Written when it returns: what a function printed before it was killed is there for whoever asks why. */
  write(functionName: string, line: string): void;
  close(): void;
}

/** One file a function, `<dir>/<function>.log`; the last turned over is `<function>.log.1`. */
export const openFunctionLogs = (dir: string, most = mostBytes): FunctionLogs => {
  mkdirSync(dir, { recursive: true });
  const open = new Map<string, { readonly file: number; bytes: number }>();

  const openFile = (name: string): { readonly file: number; bytes: number } => {
    const file = openSync(join(dir, `${name}.log`), 'a');
    const log = { file, bytes: fstatSync(file).size };
    open.set(name, log);
    return log;
  };

  return {
    write: (name, line) => {
      let log = open.get(name) ?? openFile(name);
      if (log.bytes > most) {
        closeSync(log.file);
        renameSync(join(dir, `${name}.log`), join(dir, `${name}.log.1`));
        log = openFile(name);
      }
      log.bytes += writeSync(log.file, `${line}\n`);
    },
    close: () => {
      for (const { file } of open.values()) closeSync(file);
      open.clear();
    },
  };
};
