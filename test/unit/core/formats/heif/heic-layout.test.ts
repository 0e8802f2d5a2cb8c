import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageFault } from '../../../../../functions/core/errors.ts';
import { uncutHeic } from '../../../../../functions/core/formats/heif/heic-crop.ts';
import { hasLostBytes } from '../../../../../functions/core/formats/heif/hevc-stream.ts';
import { acceptedFormat } from '../../../../../functions/core/formats/image-format.ts';
import { pictureLayout } from '../../../../../functions/core/formats/picture-layout.ts';
import { endsEarly } from '../../../../../functions/core/formats/truncation.ts';
import {
  announced,
  codedItem,
  cut,
  gridItem,
  heicFixture,
  heifFile,
  mirrored,
  turned,
} from '../../../../fixtures/heif-file.ts';

const layoutOf = (bytes: Uint8Array) => pictureLayout(bytes, 'heic');
const tiles = (count: number) => Array.from({ length: count }, () => codedItem('red'));
const TWO_BY_TWO = { columns: 2, rows: 2, width: 128, height: 128 };

describe('the layout of a HEIC', () => {
  it('has the size of its picture', () =>
    expect(layoutOf(heicFixture('cat'))).toMatchObject({ kind: 'heic', width: 192, height: 128 }));

  it('has the largest of all sizes that its header announces', () => {
    const sized = codedItem('red', announced(9_000, 32));
    expect(layoutOf(heifFile({ items: [sized] }))).toMatchObject({ width: 9_000, height: 64 });
    const grid = { ...gridItem({ ...TWO_BY_TWO, height: 20_000 }), properties: [announced(128, 128)] };
    expect(layoutOf(heifFile({ items: [grid, ...tiles(4)] }))).toMatchObject({ width: 128, height: 20_000 });
  });

  it('counts all tiles that are decoded, however often a grid names one', () => {
    const grid = gridItem(TWO_BY_TWO);
    expect(layoutOf(heifFile({ items: [grid, ...tiles(4)] }))?.decodedPixels).toBe(4 * 64 * 64);
    const greedy = { ...grid, references: { dimg: Array<number>(60_000).fill(2) } };
    expect(layoutOf(heifFile({ items: [greedy, ...tiles(4)] }))?.decodedPixels).toBe(60_000 * 64 * 64);
  });

  it('holds more with more than 8 bit and more colours than 4:2:0', () => {
    const held = (name: 'cat' | 'cat-10-bit' | 'cat-422') => layoutOf(heicFixture(name))?.heldBytes ?? 0;
    expect(held('cat-422') / held('cat-10-bit')).toBeCloseTo(1.4, 1);
    expect(held('cat-10-bit') / held('cat')).toBeCloseTo(1, 2);
  });

  it('is missing without a size, without a picture, and with more references than decoders take', () => {
    const [red] = tiles(1);
    expect(layoutOf(heifFile({ items: [{ type: 'hvc1', properties: [] }] }))).toBeUndefined();
    expect(layoutOf(heifFile({ items: red ? [red] : [], primary: 0 }))).toBeUndefined();
    const many = {
      ...gridItem(TWO_BY_TWO),
      references: { a: Array(50_000).fill(1), b: Array(50_000).fill(1) },
    };
    const greedy = { ...many, references: { ...many.references, cccc: Array(50_000).fill(1) } };
    expect(
      layoutOf(heifFile({ items: [{ ...greedy, references: fourLetters(greedy.references) }] })),
    ).toBeUndefined();
  });

  const fourLetters = (references: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(references).map(([type, to]) => [type.padEnd(4, '_'), to]));
});

describe('bytes that were lost', () => {
  const lost = (file: Buffer, start: number, length: number) =>
    Buffer.from(file).fill(0, start, start + length);

  it('are found in the picture, wherever they were', () => {
    const file = heifFile({ items: [gridItem(TWO_BY_TWO), ...tiles(4)] });
    expect(hasLostBytes(file)).toBe(false);
    const stream = file.length - 30;
    for (let start = file.length - 4 * 30; start + 8 < file.length; start++) {
      const damaged = lost(file, start, 8);
      // The four bytes of a length are no stream.
      if (start >= stream + 4) expect(hasLostBytes(damaged), `at ${start}`).toBe(true);
    }
  });

  it('cost no picture when they were a thumbnail’s', () => {
    const file = heifFile({ items: [codedItem('red'), { ...codedItem('blue'), references: { thmb: [1] } }] });
    expect(hasLostBytes(lost(file, file.length - 12, 8))).toBe(false);
  });
});

describe('the end of a HEIC', () => {
  it('comes early in each of its beginnings, and never in the whole', () => {
    const file = heicFixture('cat');
    for (let length = 24; length < file.length; length += 7) {
      expect(endsEarly(file.subarray(0, length), 'heic'), `${length}`).toBe(true);
    }
    expect(endsEarly(file, 'heic')).toBe(false);
  });

  it('comes early where the last box reaches to the end and an item beyond', () => {
    const file = Buffer.from(heifFile({ items: tiles(1) }));
    file.writeUInt32BE(0, file.indexOf('mdat') - 4);
    expect(endsEarly(file, 'heic')).toBe(false);
    expect(endsEarly(file.subarray(0, file.length - 5), 'heic')).toBe(true);
  });
});

it('reads damaged files without a fault of its own, in bounded time', () => {
  const files = [
    heicFixture('cat'),
    heicFixture('cat-left-half'),
    heifFile({ items: [gridItem(TWO_BY_TWO), ...tiles(4)] }),
    heifFile({ items: [codedItem('red', cut(9, 9, 1, 1), turned(90), mirrored('left-right'))] }),
  ];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.integer({ min: 0, max: 255 }),
  });
  const damage = fc.record({
    file: fc.constantFrom(...files),
    changes: fc.array(change, { minLength: 1, maxLength: 8 }),
    kept: fc.double({ min: 0.05, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(damage, ({ file, changes, kept }) => {
      const damaged = Buffer.from(file.subarray(0, Math.ceil(file.length * kept)));
      for (const { at, value } of changes) damaged[Math.floor(at * (damaged.length - 1))] = value;
      try {
        acceptedFormat(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageFault);
      }
      for (const format of ['heic', 'avif', 'jxl'] as const) {
        pictureLayout(damaged, format);
        endsEarly(damaged, format);
      }
      hasLostBytes(damaged);
      uncutHeic(damaged);
    }),
    { numRuns: 1_000 },
  );
});
