import { relative, resolve, sep } from 'node:path';

/**
 * What a fit calls a file that is an example: its way from the label set's folder, so that both can be moved together.
 *
 * @example exampleName('/home/me/Pictures/pip/1.jpg', '/home/me') // 'Pictures/pip/1.jpg'
 */
export function exampleName(file: string, folder: string): string {
  return relative(folder, resolve(file)).split(sep).join('/');
}
