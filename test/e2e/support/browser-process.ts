import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOnPath } from '../../integration/tools.ts';

/** A name that these browsers find at 127.0.0.1, as the owner of a name can make any browser do. */
export const REBOUND_NAME = 'rebound.example';

export interface BrowserProcess {
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

/** Opens a page in a browser without a window. */
export async function openInBrowser(name: BrowserName, url: string): Promise<BrowserProcess> {
  const { program, prepare, flags } = KINDS[name];
  const home = await mkdtemp(join(tmpdir(), 'cliptag-browser-'));
  const folder = join(home, 'profile');
  await mkdir(folder);
  await prepare(folder);
  const browser = spawn(program, flags(folder, url), {
    stdio: 'ignore',
    env: { ...process.env, HOME: home },
    detached: true, // a group of its own, to end its helpers with it
  });
  const exited = once(browser, 'exit');
  return {
    async close() {
      if (browser.exitCode === null && browser.signalCode === null && browser.pid !== undefined)
        process.kill(-browser.pid, 'SIGKILL');
      await exited;
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
