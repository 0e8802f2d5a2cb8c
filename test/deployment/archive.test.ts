import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelSetFiles } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { archiveVariables, bytesIn, stageArchive } from '../../infra/packaging/archive.ts';
import { stageImage } from '../../infra/packaging/image.ts';
import { behavesAsFunction } from '../e2e/container-behaviour.ts';
import { functionVariables, sandboxObstacle, startSandbox } from '../e2e/container-function.ts';
import { makeFolder, repository } from '../e2e/support.ts';
import { startStores } from '../fixtures/stores.ts';

/** Measured with the embedded model: 81 MB on x86, 60 MB on arm64. */
const MAXIMUM_BYTES = 90e6;
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

const noSandbox = sandboxObstacle();
if (noSandbox) console.info(`Skipped: the function of a zip archive in a sandbox (${noSandbox})`);

let folder: string;
let removeFolder: () => Promise<void>;
let image: string;
let archive: string;
let stores: Awaited<ReturnType<typeof startStores>>;
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  stores = await startStores();
  const [model, labelSets] = await Promise.all([
    readModel(join(repository, 'models/embedded')),
    readLabelSetFiles([join(repository, 'models/labels')]),
  ]);
  image = await stageImage({ model, labelSets, architecture: ARCHITECTURE, folder: join(folder, 'images') });
  archive = await stageArchive({ image, architecture: ARCHITECTURE, heic: true, folder });
});
afterAll(async () => {
  await stores?.close();
  await removeFolder?.();
});

describe('the content of a zip archive', () => {
  it('is far below what Lambda takes, and is refused with its size beyond that', async () => {
    const bytes = await bytesIn(archive);
    expect(bytes).toBeLessThan(MAXIMUM_BYTES);
    const smaller = {
      image,
      architecture: ARCHITECTURE,
      heic: true,
      folder,
      maximumBytes: bytes - 1,
    } as const;
    await expect(stageArchive(smaller)).rejects.toThrow(
      `Expected at most ${bytes - 1} bytes for packaging zip`,
    );
    expect(await stageArchive({ ...smaller, maximumBytes: bytes })).toBe(archive);
  });

  it('has no decoder of HEIC where none is wanted', async () => {
    const without = await stageArchive({ image, architecture: ARCHITECTURE, heic: false, folder });
    expect(await bytesIn(archive)).toBeGreaterThan((await bytesIn(without)) + 1e6);
  });
});

describe.skipIf(noSandbox)('the function of a zip archive, read-only and without rights', () => {
  behavesAsFunction(
    () => stores,
    () => {
      const { s3Options, tableOptions } = stores;
      const ofStores = functionVariables({
        s3Url: s3Options.endpoint,
        dynamodbUrl: tableOptions.client.endpoint,
        tableName: tableOptions.tableName,
      });
      return startSandbox(archive, { ...archiveVariables(true), ...ofStores });
    },
  );
});
