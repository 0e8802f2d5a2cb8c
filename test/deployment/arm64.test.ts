import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { readLabelSetFiles } from '../../functions/adapters/files/label-set-files.ts';
import { type Model, readModel } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { cosine, type Embedding, embeddingFromBytes } from '../../functions/core/labels/embedding.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { archiveVariables, stageArchive } from '../../infra/packaging/archive.ts';
import { stageImage } from '../../infra/packaging/image.ts';
import {
  CLIENT,
  failuresOf,
  functionVariables,
  type RunningFunction,
  startFunction,
} from '../e2e/container-function.ts';
import { makeFolder, repository } from '../e2e/support.ts';
import { startStores } from '../fixtures/stores.ts';

/** Kernels of another processor round otherwise. Seven samples had 0.9993 to 0.9999. */
const LEAST_COSINE = 0.998;
/** An emulated start takes some seconds, longer on a busy machine. */
const LIMIT_MILLISECONDS = 900_000;

/** What arm64-emulator.sh has made; packages that are fetched are kept there. */
const emulator = process.env.CLIPTAG_ARM64 ?? '';
/** The processor is that of Lambda, a Graviton2. */
const NODE = ['-cpu', 'neoverse-n1', '-L', join(emulator, 'root'), join(emulator, 'package/bin/node')];
const obstacle = emulatorObstacle();
if (obstacle) console.info(`Skipped: the function on arm64 (${obstacle})`);

function emulatorObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it takes Linux';
  if (!emulator) return 'CLIPTAG_ARM64 names no emulator: test/e2e/arm64-emulator.sh makes one';
  const { status } = spawnSync('qemu-aarch64', [...NODE, '--version'], { timeout: 60_000 });
  return status === 0 ? undefined : 'qemu-aarch64 does not run Node for arm64';
}

describe.skipIf(obstacle)('the function on arm64', () => {
  let folder: string;
  let removeFolder: () => Promise<void>;
  let stores: Awaited<ReturnType<typeof startStores>>;
  let model: Model;
  let emulated: RunningFunction;
  beforeAll(async () => {
    ({ folder, remove: removeFolder } = await makeFolder());
    stores = await startStores();
    model = await readModel(join(repository, 'models/embedded'));
    const labelSets = await readLabelSetFiles([join(repository, 'models/labels')]);
    const image = await stageImage({
      model,
      labelSets,
      architecture: 'arm64',
      folder: join(folder, 'images'),
    });
    const archive = await stageArchive({ image, architecture: 'arm64', heic: true, folder: emulator });
    const { s3Options, tableOptions } = stores;
    const ofStores = functionVariables({
      s3Url: s3Options.endpoint,
      dynamodbUrl: tableOptions.client.endpoint,
      tableName: tableOptions.tableName,
    });
    const own = Object.entries(archiveVariables(true)).map(([name, value]) => [
      name,
      value.replace('/var/task', archive),
    ]);
    emulated = await startFunction('qemu-aarch64', [...NODE, CLIENT], {
      ...{ ...Object.fromEntries(own), ...ofStores, LAMBDA_TASK_ROOT: archive },
      PATH: process.env.PATH ?? '',
    });
    await emulated.ready;
  }, LIMIT_MILLISECONDS);
  afterAll(async () => {
    await emulated?.stop();
    await stores?.close();
    await removeFolder?.();
  });

  beforeEach(({ onTestFailed }) => onTestFailed(() => console.log(emulated.log())));

  async function embeddedHere(name: string): Promise<Embedding> {
    const encoder = await onnxImageEncoder(model);
    const bytes = await readFile(join(SAMPLE_FOLDER, name));
    const [embedding] = await encoder.encode([await sharpPixelDecoder().decode(bytes, encoder.pixelSpec)]);
    await encoder.close();
    return embedding as Embedding;
  }

  it(
    'tags the sample photographs as this processor does, by the libraries that are deployed',
    async () => {
      const names = await sampleNames();
      expect(await failuresOf(emulated, await stores.uploadSamples(names))).toEqual([]);
      const table = dynamoDbTagTable(stores.tableOptions);
      for (const name of names) {
        const record = await table.read(readImageRecord({ bucket: 'bench', key: name }));
        expect(record).toMatchObject({ status: 'tagged' });
        const there = embeddingFromBytes(record?.embedding as Uint8Array, String(record?.modelDigest));
        const likeness = cosine(there, await embeddedHere(name));
        console.log(`arm64: ${name} ${likeness.toFixed(4)}`);
        expect(likeness).toBeGreaterThan(LEAST_COSINE);
      }
    },
    LIMIT_MILLISECONDS,
  );
});
