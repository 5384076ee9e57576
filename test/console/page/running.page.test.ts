import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalStatus } from '../../../console/page/status.ts';
import { openBrowser, pictureOf, visit } from './support/browser.ts';

const program = fileURLToPath(new URL('../../../bin/local.ts', import.meta.url));
/** A busy machine takes most of it for the synthesis. */
const startMs = 150_000;

let temporary: string;
let child: ChildProcess;
let ended: Promise<unknown>;
let address: string;
let browser: Browser;

/** The address that `npm start` prints. */
const printedAddress = (running: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    running.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /the page is at (http:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    running.once('close', () => reject(new Error(`ended without a page:\n${said}`)));
  });

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'page-'));
  child = spawn(process.execPath, [program], { env: { ...process.env, TMPDIR: temporary } });
  ended = once(child, 'close');
  address = await printedAddress(child);
  browser = await openBrowser();
}, startMs);
afterAll(async () => {
  await browser?.close();
  // Twice: at once, without an account. The same key within half a second counts once.
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 700));
  child.kill('SIGINT');
  await ended;
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

it('shows the running platform: everything moves, over the public protocols and nothing else', async () => {
  const { page, errors, foreign, close } = await visit(browser, address);
  await page.waitForSelector('#connection[data-state=open]');
  await page
    .locator('#pitch-words', { hasText: /^22 players\. The ball is / })
    .waitFor({ state: 'attached', timeout: 60_000 });
  const before = await pictureOf(page);
  await page.waitForTimeout(500);
  expect(await pictureOf(page)).not.toBe(before);
  await page.waitForSelector('#board tr:nth-child(20):not([data-empty])', { timeout: 60_000 });
  await page.waitForSelector('#events li:nth-child(2)', { timeout: 60_000 });
  await page.waitForSelector('#talk li:nth-child(2)', { timeout: 60_000 });
  expect(await page.locator('#lanes th').allTextContents()).toEqual([
    'broadcast',
    'market',
    'social',
    'stadium-sensors',
  ]);

  await page.waitForSelector('#mail tr:not([data-empty])', { timeout: 60_000 });
  await page.locator('#mail .open').first().click();
  await page.waitForSelector('#letter[open] .facts', { timeout: 20_000 });
  expect(await page.locator('#letter .dump').textContent()).toMatch(/^000000 {2}[0-9a-f]{2}/);
  await page.keyboard.press('Escape');

  expect(errors).toEqual([]);
  expect(foreign).toEqual([]);
  await close();
});

it('tells how the line runs, and takes an account that balances while it does', async () => {
  const answer = await fetch(`${address}/local/status?account`);
  const { sources, relay, account } = (await answer.json()) as LocalStatus;
  expect(sources.reduce((sum, { stored }) => sum + stored, 0)).toBeGreaterThan(100);
  expect(relay.published).toBeGreaterThan(10);
  expect(account.error).toBeNull();
  expect(account.last?.balances).toBe(true);
  expect(account.last?.sources.every(({ records, lost, phantom }) => records > 0 && lost + phantom === 0)).toBe(true);
});
