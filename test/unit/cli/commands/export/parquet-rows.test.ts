import { parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import type { ExportedImage } from '../../../../../functions/cli/commands/export/exported-images.ts';
import { parquetRows } from '../../../../../functions/cli/commands/export/parquet-rows.ts';

const image = (at: number): ExportedImage => ({
  bucket: 'photos',
  key: `${at}.jpg`,
  status: 'tagged',
  tags: at % 2 === 0 ? [] : [{ set: 'general', label: 'dog', score: at / 20_000 }],
  recordedAt: '2026-11-30T12:00:00.000Z',
  ...(at % 3 === 0 && { camera: 'X100' }),
});

it('writes a group when it is full, holds no more, and has every row in its order', async () => {
  const parts: Uint8Array[] = [];
  const rows = parquetRows(async (bytes) => void parts.push(bytes));
  const partsAfter: number[] = [];
  for (let at = 0; at < 12_000; at++) {
    await rows.add(image(at));
    if (at % 5_000 === 4_999) partsAfter.push(parts.length);
  }
  await rows.finish();
  expect(partsAfter).toEqual([1, 2]);
  const { buffer } = new Uint8Array(Buffer.concat(parts));
  const read = await parquetReadObjects({ file: buffer });
  expect(read).toHaveLength(12_000);
  for (const at of [0, 1, 4_999, 5_000, 11_999]) {
    expect(read[at]).toMatchObject({
      key: `${at}.jpg`,
      tags: image(at).tags,
      camera: at % 3 === 0 ? 'X100' : null,
    });
  }
});

it('writes a file with no row', async () => {
  const parts: Uint8Array[] = [];
  await parquetRows(async (bytes) => void parts.push(bytes)).finish();
  expect(await parquetReadObjects({ file: new Uint8Array(Buffer.concat(parts)).buffer })).toEqual([]);
});

it.each([
  ['=cmd|1', '=cmd|1'],
  ['a\0b\r\n"c', 'a\0b\r\n"c'],
  ['half \ud83d a letter', 'half \ufffd a letter'],
  ['ä 猫 🐈', 'ä 猫 🐈'],
])('writes %j as what it is, in valid UTF-8', async (key, expected) => {
  const parts: Uint8Array[] = [];
  const rows = parquetRows(async (bytes) => void parts.push(bytes));
  await rows.add({ ...image(1), key });
  await rows.finish();
  const read = await parquetReadObjects({ file: new Uint8Array(Buffer.concat(parts)).buffer });
  expect(read).toMatchObject([{ key: expected }]);
});
