import { describe, expect, it } from 'vitest';
import { exifDetails } from '../../../../../functions/core/formats/exif/exif-details.ts';
import {
  DETAILS_OF_A_CAMERA,
  EXIF_OF_A_CAMERA,
  type ExifParts,
  type ExifTags,
  exifTiff,
  placeTags,
  withExif,
} from '../../../../fixtures/exif.ts';

const JPEG = Buffer.from('ffd8ffd9', 'hex');
const detailsOf = (parts: ExifParts) => exifDetails(withExif(JPEG, exifTiff(parts)), 'jpeg');

describe('EXIF', () => {
  it.each([false, true])('gives time, camera and place (big-endian: %s)', (bigEndian) => {
    expect(detailsOf({ ...EXIF_OF_A_CAMERA, bigEndian })).toStrictEqual(DETAILS_OF_A_CAMERA);
  });

  it('is read as far as it was chosen', () => {
    const file = withExif(JPEG, exifTiff(EXIF_OF_A_CAMERA));
    const { takenAt, camera } = DETAILS_OF_A_CAMERA;
    expect(exifDetails(file, 'jpeg', 'without-place')).toStrictEqual({ takenAt, camera });
    expect(exifDetails(file, 'jpeg', 'none')).toStrictEqual({});
  });

  it('tells nothing where there is none', () => {
    expect(exifDetails(JPEG, 'jpeg')).toStrictEqual({});
    expect(detailsOf({})).toStrictEqual({});
  });
});

describe('time of exposure', () => {
  const TAKEN = 0x9003;
  const DIGITIZED = 0x9004;
  const takenAt = (exposure: ExifTags) => detailsOf({ exposure }).takenAt;

  it.each([
    ['2024:02:29 23:59:59', '2024-02-29T23:59:59'],
    ['2024-02-29 23:59:59', '2024-02-29T23:59:59'],
    ['2024:02:29T23:59:59', '2024-02-29T23:59:59'],
    ['2008: 4: 2  9: 5: 1', '2008-04-02T09:05:01'],
    ['1890:01:01 00:00:00', '1890-01-01T00:00:00'],
    ['2019:03:09 12:34:56+02:00', '2019-03-09T12:34:56'],
  ])('"%s" is %s', (text, time) => {
    expect(takenAt({ [TAKEN]: text })).toBe(time);
  });

  it.each([
    '0000:00:00 00:00:00',
    '    :  :     :  :  ',
    '',
    '2023:02:29 12:00:00',
    '2024:06:31 12:00:00',
    '2024:13:01 12:00:00',
    '2024:06:01 24:00:00',
    '2024:06:01 12:60:00',
    '2024:06:01 12:00:61',
    '1725:06:01 12:00:00',
    '2024:06:01',
    '2024:06:01 12:00:000',
    'last summer',
  ])('rejects "%s"', (text) => {
    expect(takenAt({ [TAKEN]: text })).toBeUndefined();
  });

  it('is that of digitizing where it is missing or impossible, and never that of the last change', () => {
    const digitized = { [DIGITIZED]: '2020:01:02 03:04:05', 37522: '5', 36882: '-03:30' };
    expect(takenAt(digitized)).toBe('2020-01-02T03:04:05.500-03:30');
    expect(takenAt({ ...digitized, [TAKEN]: '0000:00:00 00:00:00', 36881: '+09:00' })).toBe(
      '2020-01-02T03:04:05.500-03:30',
    );
    expect(detailsOf({ main: { 306: '2020:01:02 03:04:05' }, exposure: {} })).toStrictEqual({});
  });

  it.each([
    ['12', '+02:00', '.120+02:00'],
    ['000', '-14:00', '-14:00'],
    ['123456', 'Z', '.123'],
    ['x', '+15:00', ''],
    ['', '+02:60', ''],
    ['7  ', '   :  ', '.700'],
  ])('has the fraction "%s" and the offset "%s" as "%s"', (fraction, offset, written) => {
    const exposure = { [TAKEN]: '2024:06:01 12:00:00', 37521: fraction, 36881: offset };
    expect(takenAt(exposure)).toBe(`2024-06-01T12:00:00${written}`);
  });
});

describe('camera', () => {
  const cameraOf = (make: string, model: string) => detailsOf({ main: { 271: make, 272: model } }).camera;

  it.each([
    ['Canon', 'Canon EOS R5', 'Canon EOS R5'],
    ['NIKON CORPORATION', 'NIKON D850', 'NIKON D850'],
    ['SONY', 'ILCE-7M3', 'SONY ILCE-7M3'],
    ['OLYMPUS IMAGING CORP.', 'E-M10', 'OLYMPUS E-M10'],
    ['SAMSUNG TECHWIN CO., LTD.', 'NX10', 'SAMSUNG NX10'],
    ['EASTMAN KODAK COMPANY', 'KODAK Z612', 'KODAK Z612'],
    ['LEICA CAMERA AG', 'LEICA Q2', 'LEICA Q2'],
    ['Apple', 'iPhone 15 Pro', 'Apple iPhone 15 Pro'],
    ['  Panasonic ', ' DMC-GX80  ', 'Panasonic DMC-GX80'],
    ['Canon', '', 'Canon'],
    ['', 'FinePix S5', 'FinePix S5'],
    ['Camera', 'X', 'Camera X'],
  ])('"%s" and "%s" are %s', (make, model, camera) => {
    expect(cameraOf(make, model)).toBe(camera);
  });

  it('has no characters that cannot be seen or turn what follows', () => {
    expect(cameraOf('Evil\u001b[31m', 'a\u202ebc\u0007\n\u200b\ufeffd')).toBe('Evil [31m a bc d');
    expect(cameraOf('\u0001\u0002', ' ')).toBeUndefined();
  });

  it('keeps text that looks like markup as the text that it is', () => {
    expect(cameraOf('<img src=x onerror=alert(1)>', '')).toBe('<img src=x onerror=alert(1)>');
  });

  it('is cut where it is too long, between two characters', () => {
    const camera = cameraOf('é'.repeat(1000), 'x'.repeat(10_000)) ?? '';
    expect(camera).toBe(`${'é'.repeat(32)} ${'x'.repeat(64)}`);
    expect(cameraOf(`x${'é'.repeat(1000)}`, '')).toBe(`x${'é'.repeat(31)}`);
  });

  it('is read as Latin-1 where it is no UTF-8', () => {
    const make = { type: 2, bytes: Buffer.from('L\xf6we\0', 'latin1') };
    expect(detailsOf({ main: { 271: make } }).camera).toBe('Löwe');
  });
});

describe('place', () => {
  const placeOf = (place: ExifTags) => {
    const { latitude, longitude } = detailsOf({ place });
    return latitude === undefined && longitude === undefined ? undefined : [latitude, longitude];
  };

  it.each([
    [
      [33, 51, 31.4],
      [151, 12, 54],
      ['S', 'E'],
      [-33.85872, 151.215],
    ],
    [
      [40, 41, 21.1],
      [74, 2, 40],
      ['N', 'W'],
      [40.68919, -74.04444],
    ],
    [
      [90, 0, 0],
      [180, 0, 0],
      ['N', 'W'],
      [90, -180],
    ],
    [
      [51.5, 0, 0],
      [0, 0, 0],
      ['N', 'W'],
      [51.5, 0],
    ],
    [
      [48, 51, 60],
      [2, 60, 0],
      ['n', 'e'],
      [48.86667, 3],
    ],
  ] as const)('%j, %j, %j is %j', (latitude, longitude, directions, place) => {
    expect(placeOf(placeTags({ latitude, longitude, directions }))).toStrictEqual(place);
  });

  it.each([
    ['a latitude beyond the pole', placeTags({ latitude: [90, 0, 1], longitude: [1, 0, 0] })],
    ['a longitude beyond the date line', placeTags({ latitude: [1, 0, 0], longitude: [180, 1, 0] })],
    ['61 minutes', placeTags({ latitude: [1, 61, 0], longitude: [1, 0, 0] })],
    ['61 seconds', placeTags({ latitude: [1, 0, 61], longitude: [1, 0, 0] })],
    ['null island', placeTags({ latitude: [0, 0, 0], longitude: [0, 0, 0] })],
    [
      'an unknown direction',
      placeTags({ latitude: [1, 0, 0], longitude: [1, 0, 0], directions: ['X', 'E'] }),
    ],
    ['degrees alone', placeTags({ latitude: [1], longitude: [1] })],
  ])('rejects %s', (_, place) => {
    expect(placeOf(place)).toBeUndefined();
  });

  it('rejects what divides by zero or lacks a part', () => {
    const whole = placeTags({ latitude: [48, 51, 29], longitude: [2, 17, 40] });
    const zero = {
      fractions: [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    } as const;
    expect(placeOf(whole)).toBeDefined();
    expect(placeOf({ ...whole, 2: zero })).toBeUndefined();
    for (const tag of [1, 2, 3, 4]) {
      const { [tag]: _, ...rest } = whole;
      expect(placeOf(rest)).toBeUndefined();
    }
  });
});
