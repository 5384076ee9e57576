import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { deploymentOf } from '../../lambdas/enrichment/deployment.ts';

it('a deployment has another name with other code or another configuration, and the same with the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-deployment-'));
  try {
    const bundle = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return pathToFileURL(join(folder, name)).href;
    };
    const [one, same, other] = [await bundle('a', 'code'), await bundle('b', 'code'), await bundle('c', 'edoc')];
    const config = (id: string) => ({ MAX: 1, SCHEMA_IDS: new Map([[id, { version: 1 }]]) });
    const name = await deploymentOf(one, config('x'));
    expect(name).toMatch(/^[0-9a-f]{16}$/);
    expect(await deploymentOf(same, config('x'))).toBe(name);
    expect(await deploymentOf(other, config('x'))).not.toBe(name);
    expect(await deploymentOf(one, config('y'))).not.toBe(name);
  } finally {
    await rm(folder, { recursive: true });
  }
});
