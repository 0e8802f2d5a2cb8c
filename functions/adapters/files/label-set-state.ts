import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathName } from './file-path.ts';
import { fitFileOf, LABEL_SET_EXTENSIONS } from './fit-file.ts';

/**
 * A text that is another one whenever a label set file has changed, come or gone, of these files and folders: no file is
 * read. Times of inodes are in it, since a file may be changed twice within a tick of its clock and keep its size.
 */
export async function labelSetState(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(stateOf))).join('\n');
}

async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(codeOf);
  if (typeof found === 'string') return `${path} ${found}`;
  if (!found.isDirectory())
    return (await Promise.all([path, pathName(fitFileOf(path))].map(fileState))).join('\n');
  const names = await readdir(path).catch(codeOf);
  if (typeof names === 'string') return `${path} ${names}`;
  const watched = names.filter(
    (name) => LABEL_SET_EXTENSIONS.includes(extname(name).toLowerCase()) && !name.startsWith('.'),
  );
  const states = await Promise.all(watched.sort().map((name) => fileState(join(path, name))));
  return [path, ...states].join('\n');
}

async function fileState(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(codeOf);
  if (typeof found === 'string') return `${path} ${found}`;
  return `${path} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}

function codeOf({ code, message }: NodeJS.ErrnoException): string {
  return code ?? message;
}

/** The folders in which something happens when such a file changes. */
export async function foldersOf(paths: readonly string[]): Promise<readonly string[]> {
  const folders = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      return isFolder ? path : dirname(path);
    }),
  );
  return [...new Set(folders)];
}
