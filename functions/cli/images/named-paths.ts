import { lstat, readdir, readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { type FilePath, filePath, pathIn } from '../../adapters/files/file-path.ts';
import { printablePath } from '../../core/printable.ts';
import { UsageError } from '../../terminal/exit-code.ts';

/** What Node puts in place of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * The paths that the user has named. Of a name that is no UTF-8, Node's arguments have lost the bytes: Linux still has
 * them, unless another program of Node's, as `npx`, has handed the arguments on; then what is called so is looked for.
 *
 * @throws {UsageError} when a lossy name may mean more files than it is named times
 */
export async function namedPaths(args: readonly string[]): Promise<readonly FilePath[]> {
  const paths: FilePath[] = [];
  const exact = args.some((arg) => arg.includes(REPLACEMENT)) ? await exactArguments() : [];
  const lossy = new Map<string, number>();
  for (const arg of args) {
    if (!arg.includes(REPLACEMENT) || (await exists(arg))) {
      paths.push(arg);
      continue;
    }
    const place = exact.findIndex((path) => path.toString() === arg);
    const [found] = place < 0 ? [] : exact.splice(place, 1);
    if (found !== undefined) paths.push(found);
    else lossy.set(arg, (lossy.get(arg) ?? 0) + 1);
  }
  for (const [arg, times] of lossy) paths.push(...(await pathsCalled(arg, times)));
  return paths;
}

/** The arguments of this process that are no UTF-8. */
async function exactArguments(): Promise<FilePath[]> {
  const line = await readFile('/proc/self/cmdline').catch(() => Buffer.alloc(0));
  const args: FilePath[] = [];
  for (let start = 0; start < line.length; ) {
    const end = line.indexOf(0, start);
    args.push(filePath(line.subarray(start, end < 0 ? line.length : end)));
    start = end < 0 ? line.length : end + 1;
  }
  return args.filter((arg) => typeof arg !== 'string');
}

/** What is there of which this text is the lossy name; the text itself where nothing is. */
async function pathsCalled(text: string, times: number): Promise<readonly FilePath[]> {
  const found = await pathsLike(text);
  if (found.length === 0) return [text];
  if (found.length <= times) return found;
  const names = found.map(printablePath).join(', ');
  throw new UsageError([`${text} may be any of ${names}: name their folder instead`]);
}

async function pathsLike(text: string): Promise<readonly FilePath[]> {
  const [first = '', ...names] = text.split(sep);
  // An absolute path begins with an empty name, a relative one in this folder.
  let found: readonly FilePath[] = first === '' ? [sep] : await entriesLike('.', first);
  for (const name of names.filter((part) => part !== '')) {
    found = (await Promise.all(found.map((folder) => entriesLike(folder, name)))).flat();
  }
  return found;
}

async function entriesLike(folder: FilePath, name: string): Promise<readonly FilePath[]> {
  const inFolder = (entry: FilePath) => (folder === '.' ? entry : pathIn(folder, entry));
  if (!name.includes(REPLACEMENT)) return (await exists(inFolder(name))) ? [inFolder(name)] : [];
  const entries = await readdir(folder, { encoding: 'buffer' }).catch(() => []);
  return entries.filter((entry) => entry.toString() === name).map((entry) => inFolder(filePath(entry)));
}

async function exists(path: FilePath): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
