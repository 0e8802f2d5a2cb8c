import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** Prints once why tests in a browser are skipped, if they are. */
export function tellWithoutChromium(what: string): void {
  if (!hasChromium) console.info(`Skipped: ${what}, which takes ${CHROMIUM} (apt-get install chromium)`);
}

/** A browser that asks nothing of its maker. */
export function openBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-sync',
    '--no-first-run',
  ];
  return chromium.launch({ executablePath: CHROMIUM, args, timeout: 30_000 });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, what the Content-Security-Policy forbade, and requests to other hosts. */
  readonly faults: string[];
}

/** A page of which nothing that goes wrong in it is lost. Answers of the server with an error are no fault. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
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
  const { host } = new URL(address);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.host !== host) faults.push(`asked ${request.url()}`);
  });
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  return { page, faults };
}
