import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFunctionLogs } from '../../../local/runtime/function-log.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-logs-'));
});
afterEach(() => rm(dir, { recursive: true }));
const read = (name: string): Promise<string> => readFile(join(dir, 'logs', name), 'utf8');

describe('the logs of functions', () => {
  it('are one file a function, written at once, and added to by the next run', async () => {
    const logs = openFunctionLogs(join(dir, 'logs'));
    logs.write('a', 'one');
    logs.write('b', 'two');
    expect(await read('a.log')).toBe('one\n');
    logs.close();
    openFunctionLogs(join(dir, 'logs')).write('a', 'three');
    expect(await read('a.log')).toBe('one\nthree\n');
    expect(await read('b.log')).toBe('two\n');
  });

  it('never grow beyond two files of the size allowed', async () => {
    const logs = openFunctionLogs(join(dir, 'logs'), 100);
    for (let n = 0; n < 100; n += 1) logs.write('a', `line ${n}`.padEnd(19));
    logs.close();
    const both = [await read('a.log.1'), await read('a.log')];
    for (const text of both) expect(text.length).toBeLessThanOrEqual(120);
    expect(both.join('').trimEnd()).toMatch(/line 99$/);
  });
});
