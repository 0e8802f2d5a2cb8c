import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { TYPED_ENTRIES } from './places.ts';

const TSC = packagePath('node_modules', 'typescript', 'bin', 'tsc');

/** `AsyncDisposable`, for users whose compiler does not know it by its `lib` or by the types of Node. */
const REFERENCES = '/// <reference lib="esnext.disposable" />';

/**
 * Writes the declarations of what users import, each with all that it refers to and nothing else. They may refer to
 * packages that every user has, so none to what is bundled.
 *
 * @throws Error when the sources don't compile or a declaration refers to another package
 */
export async function writeTypes(folder: string): Promise<void> {
  const all = await mkdtemp(join(tmpdir(), 'cliptag-types-'));
  try {
    await compileDeclarations(all);
    const entries = Object.entries(TYPED_ENTRIES).map(([name, source]) => [
      name,
      join(all, source.replace(/\.ts$/, '.d.ts')),
    ]);
    const bundle = await rolldown({
      // Comments name files relative to it.
      cwd: all,
      // They are compiled already; none is looked for in the folders around it, which are of others.
      tsconfig: false,
      input: Object.fromEntries(entries),
      plugins: [dts({ dtsInput: true, tsconfig: false })],
      external: /^[^./]/,
    });
    const { output } = await bundle.write({ dir: folder, banner: REFERENCES });
    const imported = output.flatMap((file) => (file.type === 'chunk' ? file.imports : []));
    const ownFiles = new Set(output.map(({ fileName }) => fileName));
    await requireUsersPackages(imported.filter((specifier) => !ownFiles.has(specifier)));
  } finally {
    await rm(all, { recursive: true });
  }
}

async function compileDeclarations(folder: string): Promise<void> {
  const project = ['--project', packagePath('tsconfig.build.json'), '--outDir', folder];
  await promisify(execFile)(process.execPath, [TSC, ...project]).catch((error: { stdout?: string }) => {
    throw new Error(`Expected types but the sources do not compile:\n${error.stdout}`, { cause: error });
  });
}

async function requireUsersPackages(specifiers: readonly string[]): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(await readFile(packagePath('package.json'), 'utf8'));
  const known = new Set([
    ...Object.keys({ ...dependencies, ...peerDependencies }),
    ...builtinModules.map((name) => `node:${name}`),
  ]);
  const unknown = specifiers.filter((specifier) => !known.has(packageOf(specifier)));
  if (unknown.length > 0)
    throw new Error(`Expected types of users' packages alone, not of ${unknown.join(', ')}`);
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
