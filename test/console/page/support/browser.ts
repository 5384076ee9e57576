import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's package; `.ci/run` installs it. Another place can be named, and any Chromium will do. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser of its own, with an empty profile that goes when it is closed. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args: flags });

/** A page that is looked at, and what it did beside being looked at. */
export interface Visit {
  readonly page: Page;
  /** Errors in the console, and those that nobody caught. */
  readonly errors: readonly string[];
  /** Every address it asked for that is not of its own origin. */
  readonly foreign: readonly string[];
  /** How much what was on the screen has been shoved about (CLS, without its exceptions for what a person did). */
  readonly layoutShift: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const watchShifts = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      globalThis.shifts.push({ value, what: sources.map(({ node }) => (node?.outerHTML ?? node?.parentElement?.outerHTML)?.slice(0, 160)) });
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Opens a page and waits until messages come. */
export const visit = async (browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  const own = new URL(address).host;
  page.on('request', (request) => {
    if (new URL(request.url()).host !== own) foreign.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== own) foreign.push(socket.url());
  });
  await page.addInitScript(watchShifts);
  await page.goto(address);
  return {
    page,
    errors,
    foreign,
    layoutShift: async () => {
      const shifts = await page.evaluate<{ value: number; what: unknown }[]>('globalThis.shifts');
      const sum = shifts.reduce((all, { value }) => all + value, 0);
      if (sum > 0.001) console.error('layout shifts', JSON.stringify(shifts.slice(0, 5)));
      return sum;
    },
    close: () => context.close(),
  };
};

/** What the pitch shows, as a number that is another for another picture. */
export const pictureOf = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const canvas = document.querySelector('#pitch');
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    // Of the page's own canvas nothing is read back: that would make it slow, and Chromium complain.
    const onto = copy.getContext('2d', { willReadFrequently: true });
    onto.drawImage(canvas, 0, 0);
    const { data } = onto.getImageData(0, 0, copy.width, copy.height);
    let sum = 0;
    for (let n = 0; n < data.length; n += 4) sum = (Math.imul(sum, 31) + data[n] + data[n + 1] + data[n + 2]) | 0;
    return sum;
  })()`);
