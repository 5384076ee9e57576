import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new Error(`--data ${wanted}: the folder cannot be made (${(error as Error).message})`, { cause: error });
  }
  return { path, kept: true, release: () => Promise.resolve() };
};
