import { open } from 'node:fs/promises';
import { join } from 'node:path';

const TAIL_BYTES = 8_192;

/** The last lines a function printed; empty when it printed nothing yet. */
export const logTail = async (dataDir: string, functionName: string, lines = 20): Promise<string> => {
  const path = join(dataDir, 'logs', `${functionName}.log`);
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await file.close();
  }
};
