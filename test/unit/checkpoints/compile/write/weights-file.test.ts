import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { weightsFile } from '../../../../../functions/checkpoints/compile/write/weights-file.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

it('begins every tensor at a page, and the file with the first tensor', async () => {
  const path = join(await temporaryFolder(), 'image-encoder.bin');
  const weights = weightsFile(path);
  expect(existsSync(path)).toBe(false);
  const tensors = [5000, 4096, 1].map((length, i) => new Uint8Array(length).fill(i + 1));
  const places = tensors.map(weights.add);
  expect(places.map(({ offset }) => offset)).toEqual([0, 8192, 12_288]);
  expect(new Set(places.map(({ file }) => file))).toEqual(new Set(['image-encoder.bin']));
  const written = await readFile(path);
  tensors.forEach((tensor, i) => {
    const { offset } = places[i]!;
    expect(written.subarray(offset, offset + tensor.length).equals(tensor)).toBe(true);
  });
  expect(written).toHaveLength(12_289);
});
