import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPage } from '../../../bin/local/page/build-page.ts';
import { startPage, type Page as ServedPage } from '../../../bin/local/page/start-page.ts';
import type { LocalStatus, TakenAccount } from '../../../console/page/status.ts';
import { openBrowser, pictureOf, visit, type Visit } from './support/browser.ts';
import { startSimulatedPlatform, type SimulatedPlatform } from './support/simulated-platform.ts';
import { simulatedAccount, simulatedStatus } from './support/simulated-status.ts';

let platform: SimulatedPlatform;
let served: ServedPage;
let browser: Browser;
let account: TakenAccount | null = null;
let held: string | undefined;

const status = (): LocalStatus => {
  const line = simulatedStatus(Date.now());
  const hold = {
    cause: 'rejects',
    why: 'more than half of the last 200 were wrong',
    since: '2026-01-01T00:00:00.000Z',
  };
  const sources = line.sources.map((one) => (one.source === held ? { ...one, storedPerSecond: 0, hold } : one));
  return { ...line, sources, account: { taking: false, last: account, error: null } };
};

beforeAll(async () => {
  platform = await startSimulatedPlatform();
  served = await startPage({
    files: await buildPage(),
    events: platform.endpoint,
    api: platform.endpoint,
    issuer: platform.endpoint,
    status: () => Promise.resolve(status()),
    takeAccount: () => {
      account = simulatedAccount(Date.now());
      return Promise.resolve();
    },
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await served.stop();
  await platform.stop();
});

/** A digit more moves the unit behind it; a row more moves everything. Google calls a tenth good. */
const leastShift = 0.003;

let visits: Visit[] = [];
beforeEach(() => {
  account = null;
  held = undefined;
});
afterEach(async () => {
  platform.thaw();
  for (const { close } of visits) await close();
  visits = [];
});
const open = async (options: BrowserContextOptions = {}): Promise<Visit> => {
  const one = await visit(browser, served.address, options);
  visits.push(one);
  await one.page.waitForSelector('#connection[data-state=open]');
  await one.page.waitForSelector('#mail tr:not([data-empty])');
  await one.page.waitForSelector('#board tr:not([data-empty])');
  return one;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the page', () => {
  it('moves, shoves nothing about, complains of nothing, and asks nobody but its own origin', async () => {
    const { page, errors, foreign, layoutShift } = await open();
    const pictures = [];
    for (let n = 0; n < 4; n += 1) {
      pictures.push(await pictureOf(page));
      await pause(400);
    }
    expect(new Set(pictures).size).toBe(4);
    await page.waitForSelector('#events li:nth-child(3)', { timeout: 20_000 });
    await page.waitForSelector('#talk li:nth-child(3)', { timeout: 20_000 });
    expect(await layoutShift()).toBeLessThan(leastShift);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('shows every source with its rates, and the price of every symbol', async () => {
    const { page } = await open();
    const names = await page.locator('#lanes th').allTextContents();
    expect(names).toEqual(['stadium-sensors', 'broadcast', 'social', 'market']);
    expect(await page.locator('#lanes .arriving').first().textContent()).toMatch(/^\d/);
    await page.waitForSelector('#board tr:nth-child(20)');
    expect(await page.locator('#board .mid').first().textContent()).toMatch(/^[\d.,]+$/);
  });

  it('knows the score of a match that began before it was opened', async () => {
    const { page } = await open();
    await page.locator('#score', { hasText: /Mill Town \d+ – \d+ Weir United/ }).waitFor({ timeout: 60_000 });
    expect(await page.locator('#score').textContent()).not.toContain('since');
  });

  it('shuts the gate of a source that is held, and says so', async () => {
    const { page } = await open();
    held = 'social';
    const row = page.locator('#lanes tr[data-source=social]');
    await page.waitForSelector('#lanes tr[data-source=social][data-held]');
    expect(await row.locator('.held').textContent()).toBe('held: rejects');
    expect(await page.locator('#announcer').textContent()).toBe('social is held: rejects');
  });

  it('takes an account when it is asked to', async () => {
    const { page } = await open();
    await page.click('#take');
    await page.waitForSelector('#verdict[data-verdict=ok]');
    expect(await page.locator('#ledger tr').last().locator('th').textContent()).toBe('all');
  });
});

describe('when nothing comes', () => {
  it('freezes in sight and goes on by itself', async () => {
    const { page } = await open();
    platform.freeze();
    await page.waitForSelector('#frozen:not([hidden])');
    expect(await page.locator('#frozen').textContent()).toMatch(/No message for \d+ s/);
    expect(await page.locator('#connection').getAttribute('data-state')).toBe('quiet');
    const still = await pictureOf(page);
    await pause(500);
    expect(await pictureOf(page)).toBe(still);
    platform.thaw();
    await page.waitForSelector('#frozen', { state: 'hidden' });
    await page.waitForSelector('#connection[data-state=open]');
  });

  it('comes back when it was cut off, and has missed no happening', async () => {
    const { page } = await open();
    platform.cut();
    await page.waitForSelector('#connection[data-state=waiting], #connection[data-state=connecting]');
    await page.waitForSelector('#connection[data-state=open]', { timeout: 20_000 });
    const picture = await pictureOf(page);
    await page.waitForSelector('#frozen', { state: 'hidden' });
    await pause(700);
    expect(await pictureOf(page)).not.toBe(picture);
  });
});

describe('without a mouse, and without eyes', () => {
  it('is walked through in the order in which it is read', async () => {
    const { page } = await open();
    const walked: string[] = [];
    for (let n = 0; n < 16; n += 1) {
      await page.keyboard.press('Tab');
      walked.push(
        await page.evaluate<string>(`(() => {
          const { textContent, value, className, id } = document.activeElement;
          return id || value || className || textContent.trim();
        })()`),
      );
    }
    expect(walked.slice(0, 9)).toEqual([
      'skip',
      'Line',
      'Match',
      'Quotes',
      'Posts',
      'Dead letters',
      'Account',
      'system',
      'Dead letters',
    ]);
    expect(walked.slice(9, 13)).toEqual(['scroll', 'letters-source', 'scroll', 'open']);
  });

  it('opens a dead letter by its reason, shows its bytes, and gives the focus back', async () => {
    const { page } = await open();
    await page.locator('#mail .open').nth(2).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#letter[open] .dump');
    expect(await page.locator('#letter-title').textContent()).toBe('undecodable');
    expect(await page.locator('.dump').textContent()).toContain('73 79 6d 62 6f 6c');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#letter', { state: 'hidden' });
    expect(await page.evaluate('document.activeElement.className')).toBe('open');
  });

  it('has words for the picture', async () => {
    const { page } = await open();
    await page.locator('#pitch-words', { hasText: /^22 players\. The ball is / }).waitFor({ state: 'attached' });
    const described = await page.locator('#pitch').getAttribute('aria-describedby');
    expect(described).toBe('pitch-words');
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, in %s', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    await page.click('#take');
    await page.waitForSelector('#verdict[data-verdict=ok]');
    await page.waitForSelector('#talk li:nth-child(2)', { timeout: 20_000 });
    await page.evaluate(axe.source);
    const look = async () =>
      page.evaluate<{
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        passes: unknown[];
      }>('axe.run(document, { resultTypes: ["violations", "passes"] })');
    const found = await look();
    expect(found.passes.length).toBeGreaterThan(20);
    expect(
      found.violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
    ).toEqual([]);
    await page.locator('#mail .open').first().click();
    await page.waitForSelector('#letter[open] .dump');
    expect((await look()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('moves nothing but the match for those who want stillness', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    await page.waitForSelector('#talk li:nth-child(2)', { timeout: 20_000 });
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});

describe('how it looks', () => {
  const ground = 'getComputedStyle(document.documentElement).backgroundColor';
  it('is dark or light as the system is, and as the switch says', async () => {
    const { page } = await open({ colorScheme: 'dark' });
    const dark = [
      await page.evaluate(ground),
      await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--grass')"),
    ];
    await page.emulateMedia({ colorScheme: 'light' });
    const light = [
      await page.evaluate(ground),
      await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--grass')"),
    ];
    expect(light[0]).not.toBe(dark[0]);
    expect(light[1]).not.toBe(dark[1]);
    await page.locator('.theme label', { hasText: 'Dark' }).click();
    expect(await page.evaluate(ground)).toBe(dark[0]);
    await page.reload();
    await page.waitForSelector('#connection[data-state=open]');
    expect(await page.evaluate(ground)).toBe(dark[0]);
  });

  const folder = process.env['SCREENSHOTS'];
  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['dark', 1920],
    ['light', 900],
    ['light', 380],
    ['dark', 380],
  ] as const)('has room in %s at %d pixels: nothing sticks out', async (colorScheme, width) => {
    const { page, layoutShift } = await open({ colorScheme, viewport: { width, height: 900 } });
    await page.waitForSelector('#talk li:nth-child(4)', { timeout: 20_000 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await layoutShift()).toBeLessThan(leastShift);
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${colorScheme}-${width}.png`), fullPage: true });
  });
});
