import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';

const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';
const LICENCE_NAME = /^(licen[cs]e|notice|copying)([-.].*)?$/i;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

/** https://spdx.org/licenses/MIT.html, for packages that name the licence and leave out its text. */
const MIT_TERMS = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use,
copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom
the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** ONNX Runtime's own list of what its libraries contain is no part of its npm package. */
const ONNXRUNTIME_REMARK = (version: string) =>
  `Its libraries contain further work, which is listed at
https://github.com/microsoft/onnxruntime/blob/v${version}/ThirdPartyNotices.txt`;

/**
 * Writes the licences of all packages whose code `dist` holds; packages with the same text share it.
 *
 * @param packages their folders, relative to the repository
 * @throws Error when a package comes without a licence
 */
export async function writeNotices(packages: ReadonlySet<string>, folder: string): Promise<void> {
  const namesByText = new Map<string, Set<string>>();
  for (const path of [...packages].sort()) {
    const { title, text } = await licenceOf(packagePath(path));
    namesByText.set(text, (namesByText.get(text) ?? new Set()).add(title));
  }
  const sections = [...namesByText].map(([text, names]) => `${[...names].join('\n')}\n\n${text}\n`);
  const opening = 'The files in this folder contain code of these packages, under their licences.\n';
  await writeFile(join(folder, NOTICES_FILE), [opening, ...sections].join(`\n${'-'.repeat(80)}\n\n`));
}

async function licenceOf(folder: string): Promise<{ title: string; text: string }> {
  const { name, version, license, author }: Manifest = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const files = (await readdir(folder)).filter((file) => LICENCE_NAME.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const remarks = name === 'onnxruntime-node' ? [ONNXRUNTIME_REMARK(version)] : [];
  if (license === undefined && texts.length === 0) throw new Error(`Expected a licence of ${name}`);
  const holder = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`);
  if (texts.length === 0 && license === 'MIT') texts.push(`Copyright (c) ${holder}\n\n${MIT_TERMS}`);
  const text = [...texts, ...remarks].map((part) => part.replaceAll('\r\n', '\n').trim()).join('\n\n');
  return { title: `${name} ${version} (${license ?? 'see below'})`, text };
}
