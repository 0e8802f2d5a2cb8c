import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { TYPED_ENTRIES } from './places.ts';

const TSC = packagePath('node_modules', 'typescript', 'bin', 'tsc');

/** In code: `from './x.ts'`, `import('./x.ts')` and `import './x.ts'`, as the compiler writes them into declarations. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"]+)\2/g;

/**
 * Writes the declarations of what users import, and of what these refer to: nothing else is for users. They may refer to
 * packages that every user has, so none to what is bundled.
 *
 * @throws Error when the sources don't compile or a declaration refers to another package
 */
export async function writeTypes(folder: string): Promise<void> {
  const all = await mkdtemp(join(tmpdir(), 'cliptag-types-'));
  try {
    const project = packagePath('tsconfig.build.json');
    await promisify(execFile)(process.execPath, [TSC, '--project', project, '--outDir', all]).catch(
      (error: { stdout?: string }) => {
        throw new Error(`Expected types but the sources do not compile:\n${error.stdout}`, { cause: error });
      },
    );
    const usersPackages = await packagesOfUsers();
    const written = new Set<string>();
    const waiting = TYPED_ENTRIES.map(declarationOf);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (written.has(path)) continue;
      written.add(path);
      const { text, specifiers } = withJavaScriptNames(await readFile(join(all, path), 'utf8'));
      for (const specifier of specifiers) {
        if (specifier.startsWith('.')) waiting.push(declarationOf(join(dirname(path), specifier)));
        else if (!usersPackages.has(packageOf(specifier))) {
          throw new Error(`Expected ${path} to refer to packages that users have, not to ${specifier}`);
        }
      }
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  } finally {
    await rm(all, { recursive: true });
  }
}

function declarationOf(source: string): string {
  return source.replace(/\.[jt]s$/, '.d.ts');
}

/** Users' compilers know a neighbour by the name of its JavaScript. */
function withJavaScriptNames(declaration: string): { text: string; specifiers: readonly string[] } {
  const specifiers: string[] = [];
  const renamed = (_: string, before: string, quote: string, specifier: string) => {
    specifiers.push(specifier);
    const name = specifier.startsWith('.') ? specifier.replace(/\.ts$/, '.js') : specifier;
    return `${before}${quote}${name}${quote}`;
  };
  const lines = declaration.split('\n');
  const isComment = (line: string) => /^\s*(\/\*|\*|\/\/)/.test(line);
  const text = lines.map((line) => (isComment(line) ? line : line.replace(SPECIFIER, renamed))).join('\n');
  return { text, specifiers };
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

async function packagesOfUsers(): Promise<ReadonlySet<string>> {
  const manifest = JSON.parse(await readFile(packagePath('package.json'), 'utf8'));
  const { dependencies, peerDependencies } = manifest;
  return new Set([
    ...Object.keys({ ...dependencies, ...peerDependencies }),
    ...builtinModules.map((name) => `node:${name}`),
  ]);
}
