import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedClassifier } from '../../functions/adapters/files/classifier-cache.ts';
import { readLabelSetFiles, readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { type Model, readModel } from '../../functions/adapters/files/model-folder.ts';
import type { PromptEncoder } from '../../functions/core/labels/embedding.ts';
import { labelSetDigest } from '../../functions/core/labels/label-set.ts';
import { bundleHandler } from '../../infra/packaging/bundle.ts';
import { bundleFunctions } from '../../infra/packaging/function-code.ts';
import { type ImageOptions, stageImage } from '../../infra/packaging/image.ts';
import { folderDigest } from '../../infra/packaging/image-digest.ts';
import { type Architecture, writePackageLock } from '../../infra/packaging/image-packages.ts';
import { repository } from '../e2e/support.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** Anyone who adds a dependency sees here that it reaches the function. */
const MAXIMUM_BUNDLE_BYTES = 1_300_000;
const CODE = ['drawing-worker.mjs', 'handler.mjs', 'heic-worker.mjs', 'jxl-worker.mjs', 'retag.mjs'];

let model: Model;
let labelSets: ImageOptions['labelSets'];
/** Staged and bundled once for all tests that only look at it. */
let image: string;
let bundle: string;
beforeAll(async () => {
  model = await readModel(join(repository, 'models/embedded'));
  labelSets = await readLabelSetFiles([join(repository, 'models/labels')]);
  image = await staged({ folder: await mkdtemp(join(tmpdir(), 'cliptag-image-')) });
  bundle = await mkdtemp(join(tmpdir(), 'cliptag-bundle-'));
  await bundleHandler(bundle);
});
afterAll(async () => {
  for (const folder of [dirname(image), bundle]) await rm(folder, { recursive: true });
});

async function staged(options: Partial<ImageOptions> = {}): Promise<string> {
  const folder = options.folder ?? (await temporaryFolder());
  return stageImage({ model, labelSets, architecture: 'arm64', ...options, folder });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}

describe('the folder that the image is built from', () => {
  it('holds what the function needs and nothing of the machine', async () => {
    const files = await filesIn(image);
    expect(files.filter((file) => !file.startsWith('classifiers/'))).toEqual([
      'Dockerfile',
      'code/drawing-worker.mjs',
      'code/drawing-worker.mjs.LEGAL.txt',
      'code/handler.mjs',
      'code/handler.mjs.LEGAL.txt',
      'code/heic-worker.mjs',
      'code/jxl-worker.mjs',
      'code/retag.mjs',
      'code/retag.mjs.LEGAL.txt',
      ...['DejaVuSans.ttf', 'LICENSE', 'README.md', 'fonts.conf'].map((name) => `drawing-font/${name}`),
      'labels/general.json',
      'labels/indoor-outdoor.json',
      'model/image-encoder.onnx',
      'model/manifest.json',
      'packages/package-lock.json',
      'packages/package.json',
    ]);
    expect(files.filter((file) => file.startsWith('classifiers/'))).toHaveLength(labelSets.length);
  });

  it('is named for its content: the same for the same, whatever the time and place', async () => {
    const [first, second] = [image, await staged()];
    expect(basename(second)).toBe(basename(first));
    const older = new Date(0);
    await utimes(join(second, 'Dockerfile'), older, older);
    await chmod(join(second, 'Dockerfile'), 0o600);
    expect(await folderDigest(second)).toBe(basename(first));
    await writeFile(join(second, 'Dockerfile'), 'FROM scratch');
    expect(await folderDigest(second)).not.toBe(basename(first));
  });

  it('is another one for another processor or other labels', async () => {
    const names = await Promise.all([
      image,
      staged({ architecture: 'x86_64' }),
      staged({ labelSets: labelSets.slice(0, 1) }),
    ]);
    expect(new Set(names.map((name) => basename(name))).size).toBe(names.length);
  });

  it('brings libheif as a file of its own, beside its licence, unless it is left out', async () => {
    const dockerfileOf = async (folder: string) => readFile(join(folder, 'Dockerfile'), 'utf8');
    const [whole, without] = [await dockerfileOf(image), await dockerfileOf(await staged({ heic: false }))];
    for (const file of ['LICENSE', 'libheif.js', 'libheif.wasm']) {
      expect(whole).toContain(`/packages/node_modules/libheif-js/libheif-wasm/${file} `);
    }
    expect(whole).toMatch(/^ENV .* HEIC=true$/m);
    expect(without).not.toContain('libheif-js/');
    expect(without).toMatch(/^ENV .* HEIC=false$/m);
    for (const worker of ['heic-worker.mjs', 'handler.mjs']) {
      expect(await readFile(join(image, 'code', worker), 'utf8')).not.toContain('_heif_decode_image=');
    }
  });

  it.each([
    ['arm64', '/lib/ld-linux-aarch64.so.1'],
    ['x86_64', '/lib64/ld-linux-x86-64.so.2'],
  ] as const)(
    'takes the loader of %s from nobody’s sight, without running anything',
    async (architecture, loader) => {
      const dockerfile = await readFile(join(await staged({ architecture }), 'Dockerfile'), 'utf8');
      expect(dockerfile).toContain(`\nARG LOADER=${loader}\n`);
      expect(dockerfile).toMatch(/^COPY --from=base --chmod=0111 \$\{LOADER\} \$\{LOADER\}$/m);
      // A RUN in the last stage would take an emulator where the image is built for another processor.
      expect(dockerfile.slice(dockerfile.indexOf('\nFROM base\n'))).not.toMatch(/^RUN /m);
    },
  );

  it('can be read by any user, also when its maker hides files from others', async () => {
    const umask = process.umask(0o077);
    const folder = await staged().finally(() => process.umask(umask));
    expect((await stat(join(folder, 'code'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 'model/image-encoder.onnx'))).mode & 0o777).toBe(0o644);
  });

  it('leaves what was staged lately and removes what was not asked for in a day', async () => {
    const folder = await temporaryFolder();
    const [old, recent] = [join(folder, 'old'), join(folder, 'recent')];
    for (const path of [old, recent]) await mkdir(path);
    const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(old, longAgo, longAgo);
    const path = await staged({ folder });
    expect((await readdir(folder)).sort()).toEqual([basename(path), 'recent'].sort());
  });

  it('has a classifier for each label set, so that no text is encoded at run time', async () => {
    const folder = image;
    const stagedSets = await readLabelSets([join(folder, 'labels')]);
    const { digest, manifest } = await readModel(join(folder, 'model'), ['imageEncoder']);
    expect(stagedSets.map((labelSet) => labelSetDigest(labelSet, digest))).toEqual(
      labelSets.map(({ labelSet }) => labelSetDigest(labelSet, digest)),
    );
    const noTexts: PromptEncoder = {
      modelDigest: digest,
      logitScale: manifest.logitScale,
      encode: () => Promise.reject(new Error('Expected no text')),
    };
    for (const labelSet of stagedSets) {
      const { labelRows } = await cachedClassifier(labelSet, noTexts, join(folder, 'classifiers'));
      expect(labelRows).toHaveLength(labelSet.labels.length * manifest.embeddingSize);
    }
  });

  it('rejects packages for a processor that npm has not installed them for', async () => {
    const other: Architecture = process.arch === 'arm64' ? 'x86_64' : 'arm64';
    const missing = `@img/sharp-linux-${other === 'arm64' ? 'arm64' : 'x64'}`;
    const folder = await temporaryFolder();
    const staging = stageImage({ model, labelSets, architecture: other, withPackages: true, folder });
    await expect(staging).rejects.toThrow(`Expected ${missing} in node_modules`);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the lock file of the image', () => {
  it('names the packages that are not bundled, with checksums, and no registry', async () => {
    const folder = await temporaryFolder();
    await writePackageLock(repository, folder, 'arm64');
    const text = await readFile(join(folder, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, Record<string, unknown>> };
    const { '': root, ...locked } = packages;
    expect(Object.keys(locked)).toEqual([
      'node_modules/onnxruntime-node',
      'node_modules/@img/sharp-linux-arm64',
      'node_modules/@img/sharp-libvips-linux-arm64',
      'node_modules/libheif-js',
      'node_modules/jxl-oxide-wasm',
    ]);
    for (const entry of Object.values(locked)) {
      expect(entry).toEqual({ version: expect.any(String), integrity: expect.stringMatching(/^sha512-/) });
    }
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect(manifest.dependencies).toEqual(root?.dependencies);
    expect(text).not.toContain('http');
  });

  it('rejects a repository whose lock file lacks one of them', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: {} }));
    await expect(writePackageLock(folder, join(folder, 'out'), 'x86_64')).rejects.toThrow(
      'Expected onnxruntime-node with version and checksum',
    );
  });
});

describe('the bundle', () => {
  it('is small, the same each time, and takes nothing from outside but shared libraries', async () => {
    const [first, second] = [bundle, await temporaryFolder()];
    const place = process.cwd();
    process.chdir(first);
    await bundleHandler(second).finally(() => process.chdir(place));
    expect(await folderDigest(first)).toBe(await folderDigest(second));
    for (const file of CODE) {
      const code = await readFile(join(first, file), 'utf8');
      expect(code.length).toBeLessThan(MAXIMUM_BUNDLE_BYTES);
      const imported = [...code.matchAll(/\bimport\s*\{[^}]*\}\s*from\s*["']([^"']+)["']/g)];
      expect(imported.map(([, from]) => from)).toEqual(['node:module']);
    }
  });

  it('has neither encoder nor decoder in the function that retags', async () => {
    expect(await readFile(join(bundle, 'retag.mjs'), 'utf8')).not.toMatch(/onnxruntime-node|@img\/sharp/);
  });

  it('reads the libraries of sharp and ONNX Runtime from node_modules beside it', async () => {
    const code = await readFile(join(bundle, 'handler.mjs'), 'utf8');
    expect(code).toContain('onnxruntime-node/bin/napi-v6/');
    expect(code).toContain('@img/sharp-linux-arm64/sharp.node');
    const cpu = process.arch;
    const binary = `node_modules/onnxruntime-node/bin/napi-v6/linux/${cpu}/onnxruntime_binding.node`;
    expect(existsSync(join(repository, binary))).toBe(true);
  });
});

describe('the code that a package brings along', () => {
  it('is all that images and archives are made of, besides model and label sets', async () => {
    const withNotices = (room: string, ...names: string[]) =>
      names.flatMap((name) => [`${room}/${name}`, `${room}/${name}.LEGAL.txt`]);
    const folder = await temporaryFolder();
    await bundleFunctions(folder);
    expect(await filesIn(folder)).toEqual([
      'Dockerfile',
      ...withNotices('api', 'api.mjs'),
      ...withNotices('backfill', 'handler.mjs'),
      ...withNotices('canary', 'handler.mjs'),
      ...['arm64', 'x86_64'].flatMap((cpu) =>
        ['package-lock.json', 'package.json'].map((name) => `packages-${cpu}/${name}`),
      ),
      ...withNotices('tag-images', 'drawing-worker.mjs', 'handler.mjs'),
      ...['tag-images/heic-worker.mjs', 'tag-images/jxl-worker.mjs'],
      ...withNotices('tag-images', 'retag.mjs'),
    ]);
    const image = await staged();
    for (const name of CODE) {
      const prebuilt = await readFile(join(folder, 'tag-images', name));
      expect(prebuilt.equals(await readFile(join(image, 'code', name)))).toBe(true);
    }
  });
});
