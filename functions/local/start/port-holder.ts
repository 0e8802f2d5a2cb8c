import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** For a system with very many open files. */
const PATIENCE_MILLISECONDS = 3_000;

/** The process that listens on a TCP port, e.g. `node (PID 4711)`; undefined where the system does not say, as of another user's. */
export async function portHolder(port: number): Promise<string | undefined> {
  const find = process.platform === 'linux' ? holderInProc : holderByLsof;
  return find(port).catch(() => undefined);
}

/** State of a socket that listens: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
const LISTENING = '0A';

async function holderInProc(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = rows
    .filter(([, local = '', , state]) => state === LISTENING && local.endsWith(wanted))
    .map((row) => `socket:[${row[9]}]`);
  if (inodes.length === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await hasOpen(pid, inodes)) return named(await readFile(`/proc/${pid}/cmdline`, 'utf8'), pid);
  }
  return undefined;
}

async function hasOpen(pid: string, links: readonly string[]): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return targets.some((target) => links.includes(target));
}

async function holderByLsof(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  const { stdout } = await promisify(execFile)('lsof', args, { timeout: PATIENCE_MILLISECONDS });
  const [, pid] = /^p(\d+)$/m.exec(stdout) ?? [];
  const [, name] = /^c(.+)$/m.exec(stdout) ?? [];
  return pid === undefined ? undefined : named(name ?? '', pid);
}

/** @param commandLine words that end in NUL, as Linux has them, or the program alone */
function named(commandLine: string, pid: string): string {
  const [program = '', ...args] = commandLine.split('\0');
  const isCliptag = args.some((arg) => /cliptag/.test(arg)) && args.includes('start');
  const name = isCliptag ? 'another cliptag start' : program.split('/').at(-1) || 'a process';
  return `${name} (PID ${pid})`;
}
