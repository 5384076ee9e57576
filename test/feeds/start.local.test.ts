import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/local.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

let temporary: string;
let started: Started[] = [];
beforeEach(async () => {
  temporary = await realpath(await mkdtemp(join(tmpdir(), 'start-')));
  started = [];
});
afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
});

const start = (...args: string[]): Started => {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, TMPDIR: temporary } });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([status]) => status as number | null);
  const says = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!text.includes(wanted)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying "${wanted}":\n${text}`)));
    });
  const one = { child, said: () => text, says, ended };
  started.push(one);
  return one;
};

/** Processes that have to do with the folder for temporary files, and what is left in it but for Node's own cache. */
const leftovers = async (): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args=']);
  return [
    ...stdout.split('\n').filter((line) => line.includes(temporary)),
    ...(await readdir(temporary)).filter((name) => name !== 'node-compile-cache'),
  ];
};

describe('npm start', () => {
  it('names the line of a recording that is wrong, and starts nothing', async () => {
    const path = join(temporary, 'market-quotes.ndjson');
    const right = '{"symbol":"EUR/USD","time":"2020-01-01T17:00:00.065","bid":1.1,"ask":1.2,"volume":0}';
    await writeFile(path, `${right}\n${right.replace('1.2', '"1.2"')}\n`);
    const { ended, said } = start('--replay', path);
    await expect(ended).resolves.toBe(2);
    expect(said()).toContain(`${path}:2 "ask" must be a number`);
    expect(said()).not.toContain('synthesizing');
  });

  it('stops at Ctrl-C while it synthesizes', async () => {
    const { child, ended, says, said } = start();
    await says('synthesizing');
    child.kill('SIGINT');
    await expect(ended).resolves.toBe(130);
    expect(said()).toContain('Stopped before there was an account.');
    await expect(leftovers()).resolves.toEqual([]);
  });

  it('stops at Ctrl-C while it starts', async () => {
    const { child, ended, says } = start();
    await says('started PostgreSQL');
    child.kill('SIGTERM');
    await expect(ended).resolves.toBe(130);
    await expect(leftovers()).resolves.toEqual([]);
  });

  it('feeds, and at Ctrl-C takes an account that balances', async () => {
    const { child, ended, says, said } = start('--rate', '200', '--wrong', '5');
    await says('sent ');
    child.kill('SIGINT');
    await expect(ended).resolves.toBe(0);
    expect(said()).toMatch(/in the stream +[1-9]/);
    expect(said()).toContain('The account balances.');
    expect(said()).toMatch(/Wrong on purpose: ([1-9]\d*) records, \1 in the dead letters with their reason/);
    expect(said()).toMatch(/arrival to dead letter, ms +count +p50 +p95 +p99 +max +> 5 s/);
    await expect(leftovers()).resolves.toEqual([]);
  });
});
