import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { isOnPath } from '../../integration/tools.ts';
import { waitUntil } from '../support.ts';
import { SLOWNESS } from './browser.ts';

/** A name that these browsers find at 127.0.0.1, as the owner of a name can make any browser do. */
export const REBOUND_NAME = 'rebound.example';

export interface BrowserProcess {
  /** Goes to a page as soon as the one before has led back: at its end it goes to what its hash says. */
  visit(url: string): void;
  close(): Promise<void>;
}

interface BrowserKind {
  readonly program: string;
  readonly package: string;
  prepare(folder: string): Promise<void>;
  flags(folder: string, url: string): readonly string[];
}

/** With nothing between page and servers: no driver, no proxy, no background requests. */
const KINDS: Readonly<Record<'Chromium' | 'Firefox', BrowserKind>> = {
  Chromium: {
    program: 'chromium',
    package: 'chromium',
    prepare: async () => {},
    flags: (folder, url) => [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server'],
      ...['--disable-background-networking', '--disable-sync', '--disable-features=HttpsUpgrades'],
      `--host-resolver-rules=MAP ${REBOUND_NAME} 127.0.0.1`,
      ...['--remote-debugging-port=0', `--user-data-dir=${folder}`, url],
    ],
  },
  Firefox: {
    program: 'firefox-esr',
    package: 'firefox-esr',
    prepare: async (folder) => {
      const preferences = {
        'network.dns.localDomains': REBOUND_NAME,
        'network.proxy.type': 0,
        'dom.security.https_first': false,
        'dom.security.https_first_schemeless': false,
        'browser.shell.checkDefaultBrowser': false,
        'browser.aboutwelcome.enabled': false,
        'datareporting.policy.dataSubmissionEnabled': false,
        'app.update.enabled': false,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      };
      const lines = Object.entries(preferences).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
      );
      await writeFile(join(folder, 'user.js'), `${lines.join('\n')}\n`);
    },
    flags: (folder, url) => ['--headless', '--no-remote', '--profile', folder, url],
  },
};

export type BrowserName = keyof typeof KINDS;
export const BROWSERS = Object.keys(KINDS) as BrowserName[];

/** Whether a browser is on this machine; if not, a line says what is skipped for want of it. */
export function hasBrowser(name: BrowserName): boolean {
  const { program, package: needed } = KINDS[name];
  const isHere = isOnPath(program);
  if (!isHere)
    console.info(`Skipped: tests with ${name}, which is not on this machine (apt-get install ${needed})`);
  return isHere;
}

/** Opens a browser without a window, which goes from page to page as it is told. */
export async function openBrowserProcess(name: BrowserName): Promise<BrowserProcess> {
  const { program, prepare, flags } = KINDS[name];
  const home = await mkdtemp(join(tmpdir(), 'cliptag-browser-'));
  const folder = join(home, 'profile');
  await mkdir(folder);
  await prepare(folder);
  const room = await openWaitingRoom();
  const browser = spawn(program, flags(folder, room.url), {
    stdio: 'ignore',
    env: { ...process.env, HOME: home },
    detached: true, // a group of its own, to end its helpers with it
  });
  const exited = once(browser, 'exit');
  const slowed =
    name === 'Chromium' && SLOWNESS > 1 ? await slowDown(join(folder, 'DevToolsActivePort')) : undefined;
  return {
    visit: room.send,
    async close() {
      await slowed?.close();
      if (browser.exitCode === null && browser.signalCode === null && browser.pid !== undefined)
        process.kill(-browser.pid, 'SIGKILL');
      await exited;
      await room.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Attaches to the only page, which goes on being slow wherever it goes. */
async function slowDown(portFile: string): Promise<Browser> {
  const port = () => readFile(portFile, 'utf8').catch(() => '');
  await waitUntil(async () => (await port()).includes('\n'));
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${(await port()).split('\n')[0]}`);
  const context = browser.contexts()[0];
  const page = context?.pages()[0];
  if (!context || !page) throw new Error('Expected a page in the browser');
  const debugging = await context.newCDPSession(page);
  await debugging.send('Emulation.setCPUThrottlingRate', { rate: SLOWNESS });
  return browser;
}

/** A page that waits to be told where to go. It stands in the hash of each address, for a page to lead back to it at its end. */
async function openWaitingRoom() {
  const waiting: ServerResponse[] = [];
  const told: string[] = [];
  const meet = () => {
    const response = waiting[0];
    const url = told[0];
    if (response === undefined || url === undefined) return;
    waiting.shift();
    told.shift();
    response.end(url);
  };
  const server = createServer((request, response) => {
    if (request.url === '/next') {
      waiting.push(response);
      response.on('close', () => {
        if (waiting.includes(response)) waiting.splice(waiting.indexOf(response), 1);
      });
      return meet();
    }
    response.setHeader('content-type', 'text/html');
    response.end(
      "<!doctype html><script>fetch('/next').then((next) => next.text()).then((url) => { location = url; })</script>",
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    send(address: string) {
      told.push(`${address}#${url}`);
      meet();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
