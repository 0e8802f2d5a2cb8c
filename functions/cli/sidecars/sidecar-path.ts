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
  return [...parts.slice(0, -1), sidecarName(name, naming)];
}

/** The name of a picture's sidecar. */
export function sidecarName(name: string, naming: SidecarNaming): string {
  // A name that begins with its only dot has no extension.
  const dot = name.lastIndexOf('.');
  return `${naming === 'base' && dot > 0 ? name.slice(0, dot) : name}.xmp`;
}
