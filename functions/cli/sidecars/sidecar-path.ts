import { createHash } from 'node:crypto';
import { sep } from 'node:path';

/** How sidecars are called: `full` is `photo.jpg.xmp`, `base` is `photo.xmp`. */
export type SidecarNaming = 'full' | 'base';

/** What a file's name may not have: for the file system, for the one of Windows, or for whoever reads a terminal. */
const UNNAMEABLE = sep === '\\' ? /[\p{Cc}<>:"|?*\\]/u : /\0/;

/**
 * The path of an image's sidecar below a folder, in its parts; undefined for a key that is no path below it, such as
 * `../a.jpg`, `/a.jpg` or `a//b.jpg`.
 *
 * @example
 * sidecarPath('2025/a.jpg', 'full') // ['2025', 'a.jpg.xmp']
 */
export function sidecarPath(key: string, naming: SidecarNaming): readonly string[] | undefined {
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || UNNAMEABLE.test(part))) {
    return undefined;
  }
  const name = parts.at(-1) ?? '';
  return [...parts.slice(0, -1).map((part) => fitted(part, '')), sidecarName(name, naming)];
}

/** The name of a picture's sidecar. One that no file may have is shortened, and told from others by a digest. */
export function sidecarName(name: string, naming: SidecarNaming): string {
  const { stem, extension } = partsOf(name);
  return fitted(stem, naming === 'base' ? '.xmp' : `${extension}.xmp`);
}

/** Whether a sidecar, or a folder that it is in, has another name than its key says. */
export function isShortened(key: string, naming: SidecarNaming): boolean {
  const parts = key.split('/');
  const { stem, extension } = partsOf(parts.at(-1) ?? '');
  const names = [...parts.slice(0, -1), `${stem}${naming === 'base' ? '' : extension}.xmp`];
  return names.some((name) => Buffer.byteLength(name) > MAXIMUM_NAME_BYTES);
}

/** What ext4, Btrfs, XFS, ZFS and APFS allow; keys of objects have up to 1,024 bytes. */
const MAXIMUM_NAME_BYTES = 255;
/** 64 bits. */
const DIGEST_DIGITS = 16;
/** What is longer is no extension. */
const MAXIMUM_EXTENSION_LETTERS = 16;

function partsOf(name: string): { readonly stem: string; readonly extension: string } {
  // A name that begins with its only dot has no extension.
  const dot = name.lastIndexOf('.');
  const isExtension = dot > 0 && name.length - dot <= MAXIMUM_EXTENSION_LETTERS;
  return isExtension
    ? { stem: name.slice(0, dot), extension: name.slice(dot) }
    : { stem: name, extension: '' };
}

/**
 * A name that a file may have: the stem with its end, cut off where that is too long.
 *
 * @example
 * fitted('x'.repeat(300), '.jpg.xmp') // 'xxx…xxx~6dd1a5b1f2f6e1c2.jpg.xmp', of 255 bytes
 */
function fitted(stem: string, end: string): string {
  if (Buffer.byteLength(stem + end) <= MAXIMUM_NAME_BYTES) return stem + end;
  const digest = createHash('sha256').update(stem).digest('hex').slice(0, DIGEST_DIGITS);
  const room = MAXIMUM_NAME_BYTES - Buffer.byteLength(`~${digest}${end}`);
  let kept = '';
  let bytes = 0;
  for (const letter of stem) {
    bytes += Buffer.byteLength(letter);
    if (bytes > room) break;
    kept += letter;
  }
  return `${kept}~${digest}${end}`;
}
