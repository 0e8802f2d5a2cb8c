import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBackground, writeBackground } from '../../functions/adapters/files/model-background.ts';
import { readModel, verifyModelFiles } from '../../functions/adapters/files/model-folder.ts';
import { InvalidInput } from '../../functions/core/errors.ts';
import { normalised } from '../../functions/core/labels/embedding.ts';
import { embeddingAt, embeddingMatrix } from '../../functions/core/labels/embedding-matrix.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { writeTinyModel } from '../fixtures/tiny-model.ts';

async function modelWithBackground() {
  const folder = await temporaryFolder();
  await writeTinyModel(folder);
  const before = await readModel(folder);
  const size = before.manifest.embeddingSize;
  const rows = Array.from({ length: 5 }, (_, row) =>
    normalised(Float32Array.from({ length: size }, (_value, i) => Math.sin(3 * row + i))),
  );
  const pictures = embeddingMatrix(before.digest, rows);
  await writeBackground(before, { ...pictures, temperature: 0.8 });
  return { folder, before, pictures };
}

describe("a model's background", () => {
  it('is read as it was written, but for what a byte a number rounds', async () => {
    const { folder, pictures } = await modelWithBackground();
    const background = await readBackground(await readModel(folder));
    expect(background).toMatchObject({ modelDigest: pictures.modelDigest, count: 5, temperature: 0.8 });
    if (!background) return;
    for (let row = 0; row < 5; row++) {
      const [was, is] = [embeddingAt(pictures, row), embeddingAt(background, row)];
      expect(was.reduce((sum, value, i) => sum + value * (is[i] ?? 0), 0)).toBeGreaterThan(0.9999);
    }
  });

  it('changes neither the digest nor anything else of the manifest', async () => {
    const { folder, before } = await modelWithBackground();
    const { digest, manifest } = await readModel(folder);
    expect(digest).toBe(before.digest);
    expect({ ...manifest, background: undefined }).toEqual({ ...before.manifest, background: undefined });
  });

  it('is one of the files that are verified', async () => {
    const { folder } = await modelWithBackground();
    const model = await readModel(folder);
    await expect(verifyModelFiles(model)).resolves.toBeUndefined();
    const path = join(folder, 'background.bin');
    const bytes = await readFile(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(verifyModelFiles(model)).rejects.toThrow(/background\.bin: Expected SHA-256/);
    await expect(readBackground(model)).rejects.toThrow(InvalidInput);
    await writeFile(path, bytes.subarray(1));
    await expect(readBackground(model)).rejects.toThrow(/Expected \d+ bytes but found/);
    await rm(path);
    await expect(verifyModelFiles(model)).rejects.toThrow(/background\.bin: .* there is no such file/);
    await expect(readBackground(model)).rejects.toThrow(/ENOENT/);
  });

  it('need not be there', async () => {
    const folder = await temporaryFolder();
    await writeTinyModel(folder);
    expect(await readBackground(await readModel(folder))).toBeUndefined();
  });

  it('comes with the embedded model, whose digest tables carry', async () => {
    const model = await readModel('models/embedded');
    expect(model.digest).toBe('c1af442618c7c5c6');
    const background = await readBackground(model);
    expect(background?.count).toBe(3_000);
    expect(background?.temperature).toBeCloseTo(0.79, 1);
  });
});
