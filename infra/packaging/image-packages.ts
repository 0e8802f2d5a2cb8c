import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** As AWS Lambda calls processors. */
export type Architecture = 'arm64' | 'x86_64';

export const ARCHITECTURES = ['arm64', 'x86_64'] as const satisfies readonly Architecture[];

/** As npm calls them. */
export const NPM_CPU = { arm64: 'arm64', x86_64: 'x64' } as const satisfies Record<Architecture, string>;

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string(), integrity: z.string() }).partial()),
});

/** The packages with shared libraries or WebAssembly that the bundle opens. Their own dependencies are bundled. */
function openedPackages(architecture: Architecture): readonly string[] {
  const cpu = NPM_CPU[architecture];
  return [
    ...['onnxruntime-node', `@img/sharp-linux-${cpu}`, `@img/sharp-libvips-linux-${cpu}`],
    ...['libheif-js', 'jxl-oxide-wasm'],
  ];
}

/** The parts of packages that the image gets, of those that hold much more. */
function partsOf(name: string, architecture: Architecture): readonly string[] {
  if (name === 'onnxruntime-node') return [`bin/napi-v6/linux/${NPM_CPU[architecture]}`, 'package.json'];
  if (name === 'libheif-js')
    return [
      ...['LICENSE', 'libheif.js', 'libheif.wasm'].map((file) => `libheif-wasm/${file}`),
      'package.json',
    ];
  return [''];
}

/**
 * Writes `package.json` and `package-lock.json` for `npm ci`, with the versions and checksums of the repository's own
 * lock file and nothing of the machine it runs on. Neither processors nor dependencies are written down, so that npm
 * fetches these packages on any machine, and no others.
 *
 * @throws Error when the repository's lock file lacks one of them
 */
export async function writePackageLock(
  repository: string,
  folder: string,
  architecture: Architecture,
): Promise<void> {
  const { packages } = lockSchema.parse(
    JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')),
  );
  const locked = openedPackages(architecture).map((name) => {
    const { version, integrity } = packages[`node_modules/${name}`] ?? {};
    if (version && integrity) return { name, version, integrity };
    throw new Error(`Expected ${name} with version and checksum in the repository's package-lock.json`);
  });
  const manifest = {
    name: 'native-packages',
    version: '1.0.0',
    private: true,
    dependencies: Object.fromEntries(locked.map(({ name, version }) => [name, version])),
  };
  const { private: _, ...root } = manifest;
  const lock = {
    ...{ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true },
    packages: {
      '': root,
      ...Object.fromEntries(
        locked.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }]),
      ),
    },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

/**
 * Copies the packages from the `node_modules` of the repository or another folder: what the image or archive gets of them.
 *
 * @throws Error when they are not installed: npm leaves out the ones for other processors
 */
export async function copyPackages(
  repository: string,
  folder: string,
  architecture: Architecture,
  { heic = true }: { readonly heic?: boolean } = {},
): Promise<void> {
  for (const name of openedPackages(architecture).filter((one) => heic || one !== 'libheif-js')) {
    const from = join(repository, 'node_modules', name);
    if (!existsSync(from)) throw new Error(`Expected ${name} in node_modules but it is not installed here`);
    const to = join(folder, 'node_modules', name);
    for (const part of partsOf(name, architecture))
      await cp(join(from, part), join(to, part), { recursive: true });
  }
}
