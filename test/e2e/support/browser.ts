import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { API_BASE } from '../../../functions/api/base-path.ts';

const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** Prints once why tests in a browser are skipped, if they are. */
export function tellWithoutChromium(what: string): void {
  if (!hasChromium) console.info(`Skipped: ${what}, which takes ${CHROMIUM} (apt-get install chromium)`);
}

/**
 * Pages have so many times less of the processor, to find tests that depend on the moment:
 * `CLIPTAG_SLOW_BROWSER=6 npx vitest run test/e2e/page`.
 */
export const SLOWNESS = Number(process.env.CLIPTAG_SLOW_BROWSER ?? 1);

/** A browser that asks nothing of its maker. */
export function openBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-sync',
    '--no-first-run',
  ];
  return chromium.launch({ executablePath: CHROMIUM, args, timeout: 60_000 });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, what the Content-Security-Policy forbade, and requests to other hosts. */
  readonly faults: string[];
}

export interface PageOptions extends BrowserContextOptions {
  /** Whether it is Cliptag's page, and opened only once it listens to what the pipeline tells: what came before, it would miss. */
  readonly listens?: boolean;
}

const WIDE = { width: 1280, height: 800 };

/** A page of which nothing that goes wrong in it is lost. Answers of the server with an error are no fault. */
export async function openPage(
  browser: Browser,
  address: string,
  { listens = true, ...options }: PageOptions = {},
): Promise<WatchedPage> {
  const watched = await newPage(browser, options);
  await load(watched.page, address, listens);
  return watched;
}

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(50_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const isRefusal = /Failed to load resource/.test(message.text());
    if (message.type() === 'error' && !isRefusal) faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isElsewhere = /^https?:$/.test(url.protocol) && url.host !== hostOf.get(page);
    if (isElsewhere) faults.push(`asked ${request.url()}`);
  });
  if (SLOWNESS > 1) {
    const debugging = await context.newCDPSession(page);
    await debugging.send('Emulation.setCPUThrottlingRate', { rate: SLOWNESS });
  }
  return { page, faults };
}

/** What a page may ask. */
const hostOf = new WeakMap<Page, string>();

async function load(page: Page, address: string, listens: boolean): Promise<void> {
  hostOf.set(page, new URL(address).host);
  const isListening = listens
    ? page.waitForResponse((response) => new URL(response.url()).pathname === `${API_BASE}/events`)
    : undefined;
  await Promise.all([page.goto(address, { waitUntil: 'domcontentloaded' }), isListening]);
}

/** Cliptag's page for tests that each begin anew. */
export interface PageUse {
  /** Loads the page, uses it and leaves it. */
  on(address: string, use: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void>;
  /** What went wrong in all pages so far. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/**
 * A browser with one page that is loaded anew for each test, with nothing stored: a page of its own takes a second of the
 * processor. One that is touched gets its own all the same, and so does the test after one that failed.
 */
export async function openPageUse(): Promise<PageUse> {
  const browser = await openBrowser();
  const faults: string[] = [];
  let kept: WatchedPage | undefined;

  async function take(options: BrowserContextOptions): Promise<WatchedPage> {
    if (options.hasTouch) return newPage(browser, options);
    const watched = kept ?? (await newPage(browser, {}));
    // Until it is brought back: a test that ran out of time may still use it.
    kept = undefined;
    const { page } = watched;
    await page.emulateMedia({
      colorScheme: options.colorScheme ?? 'light',
      reducedMotion: options.reducedMotion ?? 'no-preference',
    });
    await page.setViewportSize(options.viewport ?? WIDE);
    return watched;
  }

  async function bringBack(watched: WatchedPage): Promise<void> {
    const { page } = watched;
    await page.unrouteAll();
    await page.mouse.move(0, 0);
    await page.evaluate('localStorage.clear(), sessionStorage.clear()');
    kept = watched;
  }

  return {
    faults,
    async on(address, use, options = {}) {
      const watched = await take(options);
      try {
        await load(watched.page, address, true);
        await use(watched.page);
        if (!options.hasTouch) await bringBack(watched);
      } finally {
        faults.push(...watched.faults.splice(0));
        if (kept !== watched) await watched.page.context().close();
      }
    },
    close: () => browser.close(),
  };
}
