import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const replaceFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  // Ours alone: one of these files holds passwords.
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
};

/** What one service keeps between runs over the same data folder. */
export interface JsonFile<Content> {
  read(): Promise<Content>;
  write(content: Content): Promise<void>;
}

/**
 * A small JSON document on disk. Writes go to a file beside it first and are put in order, so that a reader (the next
 * run) sees either the old content or the new.
 *
 * @param parse - checks what was read; throws when the file is not what we wrote
 */
export const jsonFile = <Content>(
  path: string,
  empty: Content,
  parse: (raw: unknown) => Content,
): JsonFile<Content> => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (isMissing(error)) return empty;
        throw error;
      }
      try {
        return parse(JSON.parse(text));
      } catch (error) {
        throw new Error(`${path} is not what this program wrote. Start with another data folder, or remove it.`, {
          cause: error,
        });
      }
    },
    async write(content) {
      const text = `${JSON.stringify(content, undefined, 2)}\n`;
      const write = last.then(() => replaceFile(path, text));
      // A failed write fails its own caller; the next one starts afresh.
      last = write.catch(() => undefined);
      await write;
    },
  };
};
