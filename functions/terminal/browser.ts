import { spawn } from 'node:child_process';

/** By platform, the program that opens an address in the user's browser, with the arguments before it. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
/** Of xdg-utils, on every other system with a desktop. */
const DEFAULT_OPENER = ['xdg-open'] as const;

/**
 * Opens an address in the user's browser, and does not wait for it. No shell is asked, and an address begins with its scheme,
 * so that nothing in it is taken for a command or a flag.
 *
 * @returns false on a machine without a program that opens addresses
 */
export function openInBrowser(address: URL, platform = process.platform): Promise<boolean> {
  const [program, ...args] = OPENERS[platform] ?? DEFAULT_OPENER;
  const child = spawn(program, [...args, address.href], { detached: true, stdio: 'ignore' });
  child.unref();
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
}
