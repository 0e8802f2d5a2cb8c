import { describe, expect, it } from 'vitest';
import {
  type ChecksumAlgorithm,
  checksumsOf,
  compositeChecksum,
} from '../../../../functions/local/s3-endpoint/checksums.ts';

/**
 * Checksums of "123456789": for the CRCs the check values of https://reveng.sourceforge.io/crc-catalogue/all.htm
 * (CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME), for the others Python's hashlib.
 */
const CHECK_VALUES: readonly (readonly [ChecksumAlgorithm, string])[] = [
  ['crc32', Buffer.from('cbf43926', 'hex').toString('base64')],
  ['crc32c', Buffer.from('e3069283', 'hex').toString('base64')],
  ['crc64nvme', Buffer.from('ae8b14860a799888', 'hex').toString('base64')],
  ['sha1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
  ['sha256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
];

const DIGITS = Buffer.from('123456789');

describe('checksumsOf', () => {
  it.each(CHECK_VALUES)('gives the check value of %s', async (algorithm, value) => {
    const checksums = checksumsOf([algorithm]);
    checksums.update(DIGITS);
    expect(await checksums.digest()).toEqual({ [algorithm]: value });
  });

  it('gives the same for bytes that come in pieces, for all algorithms at once', async () => {
    const checksums = checksumsOf(CHECK_VALUES.map(([algorithm]) => algorithm));
    for (const [start, end] of [
      [0, 1],
      [1, 1],
      [1, 8],
      [8, 9],
    ] as const) {
      checksums.update(DIGITS.subarray(start, end));
    }
    expect(await checksums.digest()).toEqual(Object.fromEntries(CHECK_VALUES));
  });

  it('gives the checksum of no bytes', async () => {
    expect(await checksumsOf(['crc32', 'crc32c', 'crc64nvme']).digest()).toEqual({
      crc32: 'AAAAAA==',
      crc32c: 'AAAAAA==',
      crc64nvme: 'AAAAAAAAAAA=',
    });
  });
});

describe('compositeChecksum', () => {
  // The parts "1234" and "56789"; values by Python's zlib and hashlib.
  it.each([
    ['crc32', ['m+Pgow==', 'Ex2gcA=='], 'rBMwBw=='],
    [
      'sha256',
      ['A6xnQhbz4Vx2HuGl4lXwZ5U2I8iziLRFnhP5eNfIRvQ=', '92BDp07DO2rvuyiQUPr3qo1IIJVHc5fj5jNFEl1J9Sc='],
      'bnRBBTileCDVQlLT/6fZJGrqcf3O3X6G8kD8V7zZqxQ=',
    ],
  ] as const)(
    'sums up the checksums of parts, and says how many there are, with %s',
    async (algorithm, parts, value) => {
      const records = parts.map((checksum) => ({ checksums: { [algorithm]: checksum } }));
      expect(await compositeChecksum(algorithm, records)).toBe(`${value}-2`);
    },
  );

  it('is none when a part has no checksum', async () => {
    expect(await compositeChecksum('crc32', [{ checksums: { crc32: 'AAAAAA==' } }, { checksums: {} }])).toBe(
      undefined,
    );
  });
});
