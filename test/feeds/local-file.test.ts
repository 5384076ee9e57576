import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announceLocal } from '../../bin/local/local-file.ts';
import { startLambda } from '../../local/services/lambda/start-lambda.ts';
import type { RunningService } from '../../local/services/json-service.ts';
import type { LocalWorld } from '../../local/world.ts';
import {
  functionsInMemory,
  pollersInMemory,
  queuePollersInMemory,
  temporaryFolder,
} from '../local/support/test-world.ts';

let folder: string;
let remove: () => Promise<void>;
let lambda: RunningService;
const told: string[] = [];
beforeEach(async () => {
  const temporary = await temporaryFolder();
  folder = `${temporary.path}/`;
  remove = temporary.remove;
  lambda = await startLambda({
    functions: functionsInMemory(),
    pollers: pollersInMemory(),
    queuePollers: queuePollersInMemory(),
  });
  told.length = 0;
});
afterEach(async () => {
  await lambda.stop();
  await remove();
});

const announce = () =>
  announceLocal(
    { endpoints: { lambda: 'http://127.0.0.1:1' }, region: 'eu-west-1', dataDir: 'ours' } as LocalWorld,
    (line) => told.push(line),
    folder,
  );
const content = async (): Promise<{ pid: number; dataDir: string }> =>
  JSON.parse(await readFile(`${folder}local.json`, 'utf8')) as { pid: number; dataDir: string };
const anothers = (endpoint: string): Promise<void> =>
  writeFile(
    `${folder}local.json`,
    JSON.stringify({ pid: 4242, region: 'eu-west-1', dataDir: 'theirs', endpoints: { lambda: endpoint } }),
  );

describe('where npm run ops finds a run', () => {
  it('is said, and taken back', async () => {
    const withdraw = await announce();
    expect(await content()).toMatchObject({ pid: process.pid, dataDir: 'ours' });
    expect(await readdir(folder)).toEqual(['local.json']);
    await withdraw();
    expect(await readdir(folder)).toEqual([]);
    expect(told).toEqual([]);
  });

  it('stays with a run that was started first and answers; the second one says so', async () => {
    await anothers(lambda.endpoint);
    const withdraw = await announce();
    expect(told).toEqual([expect.stringContaining('process 4242, which was started first')]);
    expect(await content()).toMatchObject({ pid: 4242 });
    await withdraw();
    expect(await content()).toMatchObject({ pid: 4242 });
    expect(await readdir(folder)).toEqual(['local.json']);
  });

  it('goes to the second when the first has ended', async () => {
    await anothers(lambda.endpoint);
    const withdraw = await announce();
    await lambda.stop();
    await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBe('"npm run ops" finds this platform now');
    expect(await content()).toMatchObject({ pid: process.pid });
    await withdraw();
  }, 15_000);

  it('is taken over from a run that was killed', async () => {
    await anothers('http://127.0.0.1:1');
    const withdraw = await announce();
    expect(await content()).toMatchObject({ pid: process.pid });
    expect(told).toEqual([]);
    await withdraw();
  });

  it('is taken over from a file that is cut', async () => {
    await writeFile(`${folder}local.json`, '{"pid": 1');
    const withdraw = await announce();
    expect(await content()).toMatchObject({ pid: process.pid });
    await withdraw();
  });
});
