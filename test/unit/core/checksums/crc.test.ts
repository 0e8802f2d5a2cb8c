import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRC32, CRC32C, CRC64NVME, crcFunction } from '../../../../functions/core/checksums/crc.ts';

const KINDS = [
  ['CRC32', CRC32, 'cbf43926', () => new Crc32()],
  ['CRC32C', CRC32C, 'e3069283', () => new Crc32c()],
  ['CRC64NVME', CRC64NVME, 'ae8b14860a799888', () => new Crc64Nvme()],
] as const;

describe.each(KINDS)('%s', (_, kind, check, make) => {
  const crc = crcFunction(kind);
  const bySdk = async (bytes: Uint8Array) => {
    const hash = make();
    hash.update(bytes);
    return BigInt(`0x${Buffer.from(await hash.digest()).toString('hex')}`);
  };

  it('is that of the catalogue', () => {
    expect(crc(Buffer.from('123456789')).toString(16)).toBe(check);
    expect(crc(new Uint8Array())).toBe(0n);
  });

  it('is that of the SDK, whatever was looked at before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 70 }), async (bytes) => {
        expect(crc(bytes)).toBe(await bySdk(bytes));
      }),
    );
  });

  it.each([98_303, 98_304, 98_305, 300_007])('goes on from piece to piece: %i bytes', async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => Math.imul(at, 2_654_435_761) >>> 24);
    const behindOthers = new Uint8Array([9, 9, 9, ...bytes]).subarray(3);
    expect(crc(behindOthers)).toBe(await bySdk(bytes));
  });
});
