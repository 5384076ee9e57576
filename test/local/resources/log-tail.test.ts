import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logTail } from '../../../local/resources/log-tail.ts';
import { temporaryFolder } from '../support/test-world.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('logTail', () => {
  it('is empty when the function printed nothing', async () => {
    expect(await logTail(folder.path, 'quiet')).toBe('');
  });

  it('gives the last lines of a long log without reading it all', async () => {
    await mkdir(join(folder.path, 'logs'));
    const lines = Array.from({ length: 10_000 }, (_, n) => `line ${n}`);
    await writeFile(join(folder.path, 'logs', 'busy.log'), `${lines.join('\n')}\n`);
    expect(await logTail(folder.path, 'busy', 3)).toBe('line 9997\nline 9998\nline 9999');
    expect((await logTail(folder.path, 'busy')).split('\n')).toHaveLength(20);
  });

  it('passes on what else is wrong with the file', async () => {
    await mkdir(join(folder.path, 'logs', 'odd.log'), { recursive: true });
    await expect(logTail(folder.path, 'odd')).rejects.toThrow('EISDIR');
  });
});
