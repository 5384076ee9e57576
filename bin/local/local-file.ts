import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LocalWorld } from '../../local/world.ts';

const folder = fileURLToPath(new URL('../../.millrace/', import.meta.url));
const file = `${folder}local.json`;

/** Says where `npm run ops` finds what is running; of several runs the one that was started last. */
export const writeLocalFile = async ({ endpoints, region, dataDir }: LocalWorld): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const draft = `${folder}${process.pid}.draft.json`;
  await writeFile(draft, `${JSON.stringify({ pid: process.pid, region, dataDir, endpoints }, null, 2)}\n`);
  // Never half written: whoever reads finds the old one or the new one.
  await rename(draft, file);
};

/** Leaves alone what another run has written since. */
export const removeLocalFile = async (): Promise<void> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const { pid } = JSON.parse(text) as { pid?: number };
  if (pid === process.pid) await rm(file, { force: true });
};
