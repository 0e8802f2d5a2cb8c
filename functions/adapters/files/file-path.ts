import { dirname, sep } from 'node:path';
import { printablePath } from '../../core/printable.ts';

/**
 * A path as the system takes it: a text, or its bytes where those are no UTF-8, as in old archives. Node would turn them
 * into a text that leads to no file.
 */
export type FilePath = string | Buffer;

/** The path that these bytes are. */
export function filePath(bytes: Buffer): FilePath {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

/** The path of what has this name in a folder. */
export function pathIn(folder: FilePath, name: FilePath): FilePath {
  const [start, end, separator] = [folder, name, sep].map((part) => Buffer.from(part)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const isOpen = start.subarray(-separator.length).equals(separator);
  return filePath(Buffer.concat(isOpen ? [start, end] : [start, separator, end]));
}

/** The folder that holds what is at a path. */
export function folderOf(path: FilePath): FilePath {
  if (typeof path === 'string') return dirname(path);
  const end = path.lastIndexOf(sep);
  return end < 0 ? '.' : filePath(path.subarray(0, Math.max(end, 1)));
}

/** What names a file in a report: its path, or, where that is no text, what a shell takes for it. */
export function pathName(path: FilePath): string {
  return typeof path === 'string' ? path : printablePath(path);
}

/** The fields of a path in JSON: where it is no text, its bytes as well, in base64. */
export function pathFields(path: FilePath): { readonly path: string; readonly pathBytes?: string } {
  return typeof path === 'string' ? { path } : { path: path.toString(), pathBytes: path.toString('base64') };
}
