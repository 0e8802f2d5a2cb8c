import { describe, expect, it } from 'vitest';
import { acceptedFormat } from '../../../../../functions/core/formats/image-format.ts';
import { box, codedItem, fileType, gridItem, heicFixture, heifFile } from '../../../../fixtures/heif-file.ts';

const picture = (type: string) => ({ ...codedItem('red'), type });
const formatOf = (bytes: Uint8Array): string => {
  try {
    return acceptedFormat(bytes);
  } catch (error) {
    return /received (.*)/.exec(String(error))?.[1] ?? String(error);
  }
};

describe('a file of the HEIF family', () => {
  it.each([
    ['heic', ['heic', 'mif1', 'heic']],
    ['heic', ['mif1', 'mif1', 'heic', 'miaf']],
    ['heic', ['heix', 'mif1']],
    ['heic', ['mif1']],
    ['heic', ['msf1', 'hevc', 'mif1', 'heic']],
    ['heic', ['mif2', 'mif2']],
  ])('is %s by the picture in it, of brands %s', (format, brands) => {
    expect(formatOf(heifFile({ items: [picture('hvc1')], brands }))).toBe(format);
  });

  it.each([
    ['avif', ['mif1', 'mif1']],
    ['avif', ['avis', 'avif', 'msf1']],
    ['avif', ['heic']],
  ])('is %s by the picture in it, of brands %s', (format, brands) => {
    expect(formatOf(heifFile({ items: [picture('av01')], brands }))).toBe(format);
  });

  it.each([
    ['avc1', 'HEIF coded as AVC'],
    ['jpeg', 'HEIF coded as JPEG'],
    ['j2k1', 'HEIF coded as JPEG 2000'],
    ['unci', 'HEIF coded as uncompressed samples'],
    ['vvc1', 'HEIF coded as VVC'],
    ['evc1', 'HEIF coded as EVC'],
  ])('is unsupported by its name when it holds %s', (type, name) => {
    expect(formatOf(heifFile({ items: [picture(type)], brands: ['mif1', 'mif1'] }))).toBe(name);
  });

  it('is what the tiles of its grid are', () => {
    const grid = gridItem({ columns: 2, rows: 1, width: 128, height: 64 });
    const tiled = (type: string) =>
      heifFile({ items: [grid, picture(type), picture(type)], brands: ['mif1'] });
    expect([formatOf(tiled('hvc1')), formatOf(tiled('av01')), formatOf(tiled('avc1'))]).toEqual([
      'heic',
      'avif',
      'HEIF coded as AVC',
    ]);
  });

  it('is what lies below a circle of derived items no deeper than decoders look', () => {
    const circle = { type: 'iden', properties: [], references: { dimg: [1] } };
    expect(formatOf(heifFile({ items: [circle] }))).toBe('heic');
  });

  it.each([
    ['HEIF', ['msf1', 'hevc']],
    ['AVIF', ['avis', 'avis', 'msf1']],
  ])('is unsupported by its name when it is a film alone: %s', (family, brands) => {
    const film = Buffer.concat([fileType(brands), box('moov', [box('mvhd', [Buffer.alloc(100)])])]);
    expect(formatOf(film)).toBe(`${family} sequence without a still picture`);
  });

  it('is unsupported by its name when its header is one small box', () => {
    const file = Buffer.concat([fileType(['mif3', 'heic']), box('mini', [Buffer.alloc(40)])]);
    expect(formatOf(file)).toBe('HEIF of the low-overhead kind');
  });

  it('is no film when its picture stands beside one', () => {
    const film = box('moov', [box('mvhd', [Buffer.alloc(100)])]);
    expect(formatOf(heifFile({ items: [picture('hvc1')], brands: ['msf1', 'hevc'], more: [film] }))).toBe(
      'heic',
    );
  });

  it('is left to its decoder, which finds it cut, when its header is not whole', () => {
    expect(formatOf(heicFixture('cat').subarray(0, 60))).toBe('heic');
  });
});
