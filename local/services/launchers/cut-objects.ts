import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `fauxqs` does not start over an object whose description is empty, as a kill in the middle of its writing leaves it.
 * Such an object was never acknowledged, so it may go.
 */
export const dropCutObjects = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.meta.json') && statSync(join(folder, file)).size === 0) rmSync(join(folder, file));
  }
};
