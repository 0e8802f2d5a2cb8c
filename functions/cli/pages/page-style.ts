import { readFile } from 'node:fs/promises';
import { packagePath } from '../../adapters/files/package-folder.ts';

/** Styles that pages share: colours, letters and width of all; figures, charts and tables of pages that measure. */
const SHARED = { plain: ['page.css'], measured: ['page.css', 'measured-page.css'] } as const;

/**
 * The style of a page: what pages of its kind share, then its own.
 *
 * @param own path of its own style below the package's folder, part by part
 */
export async function pageStyle(kind: keyof typeof SHARED, ...own: readonly string[]): Promise<string> {
  const files = [...SHARED[kind].map((name) => ['functions', 'cli', 'pages', name]), own];
  const texts = await Promise.all(files.map((parts) => readFile(packagePath(...parts), 'utf8')));
  return texts.join('');
}
