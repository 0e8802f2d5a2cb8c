import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What leads an editor from a label set to the schema: a path from the file's folder, so that both may be moved together. A
 * URL where there is no such path, or where it has white space, at which yaml-language-server ends it.
 *
 * @example
 * schemaLink('labels/pets.yaml', 'node_modules/cliptag/docs/label-set.schema.json')
 * // ../node_modules/cliptag/docs/label-set.schema.json
 */
export function schemaLink(file: string, schema: string): string {
  const path = relative(resolve(file, '..'), resolve(schema));
  if (isAbsolute(path) || /\s/.test(path)) return pathToFileURL(schema).href;
  const link = path.split(sep).join('/');
  return link.startsWith('../') ? link : `./${link}`;
}
