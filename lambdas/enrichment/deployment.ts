import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * Names what is deployed: other code or another configuration has another name.
 * @param module - URL of a module of ours: in a bundle that is the bundle, which is one file
 */
export const deploymentOf = async (module: string, config: object): Promise<string> =>
  createHash('sha256')
    .update(await readFile(new URL(module)))
    .update(JSON.stringify(config, (_, value: unknown) => (value instanceof Map ? [...value] : value)))
    .digest('hex')
    .slice(0, 16);
