import { readdirSync, readFileSync } from 'node:fs';

export const schemasFolder = new URL('./', import.meta.url);

/** Every subject is a folder. @returns their names, sorted */
export const subjectsIn = (folder: URL): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** The numbers of a subject's files `vN.avsc`, in order. @returns none where there is no such folder */
export const versionNumbers = (subject: string, folder: URL): readonly number[] => {
  try {
    return readdirSync(new URL(`${subject}/`, folder))
      .flatMap((file) => /^v([1-9]\d*)\.avsc$/.exec(file)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** @throws Error naming the file where it is no JSON */
export const readDefinition = (subject: string, version: number, folder: URL): unknown => {
  const text = readFileSync(new URL(`${subject}/v${version}.avsc`, folder), 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`schemas/${subject}/v${version}.avsc is no JSON: ${(error as Error).message}`, { cause: error });
  }
};
