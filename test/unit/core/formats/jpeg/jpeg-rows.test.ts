import { describe, expect, it } from 'vitest';
import { jpegOfWholeRows } from '../../../../../functions/core/formats/jpeg/jpeg-rows.ts';
import { jpegStart } from '../../../../../functions/core/formats/jpeg/jpeg-start.ts';
import { scene } from '../../../../fixtures/pictures.ts';

const WIDTH = 21;
const options = { quality: 90, chromaSubsampling: '4:2:0' } as const;
const jpegOf = (height: number, more = {}) =>
  scene(WIDTH, height)
    .jpeg({ ...options, ...more })
    .toBuffer();
const heightFor = async (height: number, by: number, more = {}) =>
  jpegOfWholeRows(await jpegOf(height, more), { width: WIDTH, height }, by)?.height;

describe('the height that a JPEG announces', () => {
  // Its units have 16 rows.
  it.each([
    [33, 8, 40],
    [39, 8, 40],
    [33, 4, 36],
    [35, 4, 36],
    [33, 2, 34],
  ])('of %d rows, reduced by %d, is %d: its last unit would be left away', async (height, by, expected) => {
    expect(await heightFor(height, by)).toBe(expected);
  });

  it.each([
    [32, 8],
    [40, 8],
    [41, 8],
    [47, 8],
    [36, 4],
    [34, 2],
    [35, 2],
  ])('of %d rows, reduced by %d, is its own: something of the last unit is shown', async (height, by) => {
    expect(await heightFor(height, by)).toBe(height);
  });

  it('is a matter of units of 8 rows where no colour is sampled less often', async () => {
    expect(await heightFor(41, 8, { chromaSubsampling: '4:4:4' })).toBe(48);
  });

  it('is its own where the decoder reads all scans first', async () => {
    expect(await heightFor(33, 8, { progressive: true })).toBe(33);
  });
});

it('changes a copy, in the height of its frame and nowhere else', async () => {
  const jpeg = await jpegOf(33);
  const before = Uint8Array.from(jpeg);
  const { bytes } = jpegOfWholeRows(jpeg, { width: WIDTH, height: 33 }, 8) ?? {};
  expect(Uint8Array.from(jpeg)).toEqual(before);
  const changed = [...before.keys()].filter((at) => before[at] !== bytes?.[at]);
  expect(changed).toEqual([(jpegStart(jpeg)?.heightAt ?? 0) + 1]);
});

it('is not misled by a thumbnail within the metadata', async () => {
  const [jpeg, thumbnail] = [await jpegOf(33), await jpegOf(17)];
  const length = thumbnail.length + 2;
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, length >> 8, length & 255]), thumbnail]);
  const file = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
  const rows = jpegOfWholeRows(file, { width: WIDTH, height: 33 }, 8);
  expect(rows?.height).toBe(40);
  const plain = jpegOfWholeRows(jpeg, { width: WIDTH, height: 33 }, 8);
  expect(Buffer.from(rows?.bytes ?? []).subarray(2 + segment.length)).toEqual(
    Buffer.from(plain?.bytes ?? []).subarray(2),
  );
});

describe('rejects', () => {
  it('a file of which the decoder says something else', async () => {
    const jpeg = await jpegOf(33);
    expect(jpegOfWholeRows(jpeg, { width: WIDTH, height: 34 }, 8)).toBeUndefined();
    expect(jpegOfWholeRows(jpeg, { width: WIDTH + 1, height: 33 }, 8)).toBeUndefined();
    expect(jpegOfWholeRows(Buffer.from('no picture'), { width: WIDTH, height: 33 }, 8)).toBeUndefined();
  });

  it('a height that libjpeg would not take', async () => {
    const [jpeg, height] = [await jpegOf(33, { chromaSubsampling: '4:4:4' }), 65_497];
    jpeg.writeUInt16BE(height, jpegStart(jpeg)?.heightAt);
    expect(jpegOfWholeRows(jpeg, { width: WIDTH, height }, 8)).toBeUndefined();
  });
});
