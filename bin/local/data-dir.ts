import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface DataDir {
  readonly path: string;
  readonly kept: boolean;
  /** Removes a temporary one; a kept one stays. */
  release(): Promise<void>;
}

/** @param wanted - undefined for a temporary one. @throws Error naming a folder that cannot be had */
export const openDataDir = async (wanted: string | undefined): Promise<DataDir> => {
  if (wanted === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'millrace-'));
    return { path, kept: false, release: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
  }
  const path = resolve(wanted);
  try {
    // One folder, not its parents: a wrong path is more often a slip, and Node tries for ever where a parent refuses.
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(path)).isDirectory()) {
      const content = await readdir(path);
      if (content.length > 0 && !content.includes('cdk.out')) {
        throw new Error(`--data ${wanted}: the folder holds other things; name a new one, or one of an earlier run`, {
          cause: error,
        });
      }
      return { path, kept: true, release: () => Promise.resolve() };
    }
    throw new Error(`--data ${wanted}: the folder cannot be made (${(error as Error).message})`, { cause: error });
  }
  return { path, kept: true, release: () => Promise.resolve() };
};
