import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../../e2e/support.ts';

const run = promisify(execFile);

/**
 * What the Dockerfile's stage `source` would make, of packages that are installed here, so that no registry is asked and nothing is
 * run in the image: a folder for `docker build --build-arg PACKAGE=packed`.
 */
export async function packContext(folder: string): Promise<void> {
  const packed = join(folder, 'packed');
  await Promise.all(['data', 'app', 'modules'].map((name) => mkdir(join(packed, name), { recursive: true })));
  const names = ['Dockerfile', '.dockerignore'];
  await Promise.all(names.map((name) => cp(join(repository, name), join(folder, name))));
  if (!(await isBuilt())) await run('npm', ['run', 'build'], { cwd: repository });
  for (const path of await packageFiles()) {
    const filter = (source: string) => !LEFT_OUT.test(relative(repository, source));
    await cp(join(repository, path), join(packed, 'app', path), { recursive: true, filter });
  }
  const modules = join(packed, 'modules');
  for (const path of await productionPackages()) {
    await cp(path, join(modules, relative(join(repository, 'node_modules'), path)), { recursive: true });
  }
}

/** What no container runs. */
const LEFT_OUT = new RegExp(`^dist/(functions|onnxruntime/(?!linux$|linux/${process.arch}))`);

/** What `npm pack` packs, which takes half a minute longer to say so. */
async function packageFiles(): Promise<readonly string[]> {
  const { files } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
    files: string[];
  };
  const found = files.map(async (entry) => {
    const [folder, ending] = entry.split('/*');
    if (folder === undefined || ending === undefined) return [entry];
    const names = await readdir(join(repository, folder));
    return names.filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name}`);
  });
  return ['package.json', ...(await Promise.all(found)).flat()];
}

/** Folders of what `npm ci --omit=dev` installs. */
async function productionPackages(): Promise<readonly string[]> {
  const list = ['ls', '--omit=dev', '--omit=peer', '--all', '--parseable'];
  const { stdout } = await run('npm', list, { cwd: repository });
  return stdout.split('\n').filter((path) => path.startsWith(join(repository, 'node_modules')));
}

/** Whether `dist` is newer than all that it is made of: the test of the package has just made it where CI runs. */
async function isBuilt(): Promise<boolean> {
  const dist = await stat(join(repository, 'dist', 'cliptag.mjs')).catch(() => undefined);
  if (dist === undefined) return false;
  for (const room of ['functions', 'infra']) {
    for (const entry of await readdir(join(repository, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      if ((await stat(join(entry.parentPath, entry.name))).mtimeMs > dist.mtimeMs) {
        await rm(join(repository, 'dist'), { recursive: true, force: true });
        return false;
      }
    }
  }
  return true;
}
