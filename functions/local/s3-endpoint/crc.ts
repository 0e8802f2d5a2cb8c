/**
 * The three CRCs that S3 knows, by table, one byte at a time. `zlib.crc32` came with Node 20.15 only, and
 * Node has neither of the other two.
 *
 * All are reflected, begin with ones and invert the result. Polynomials (bit-reversed): the catalogue at
 * https://reveng.sourceforge.io/crc-catalogue/all.htm, CRC-32/ISO-HDLC, CRC-32/ISCSI, CRC-64/NVME.
 */
export interface Crc {
  update(bytes: Uint8Array): void;
  /** Big-endian, as S3 sends it in base64. */
  digest(): Buffer;
}

const CRC32_TABLE = tableOf32Bits(0xedb88320);
const CRC32C_TABLE = tableOf32Bits(0x82f63b78);
const CRC64NVME_TABLE = tableOf64Bits(0x9a6c9329ac4bc9b5n);

export const crc32 = () => crcOf32Bits(CRC32_TABLE);
export const crc32c = () => crcOf32Bits(CRC32C_TABLE);

function crcOf32Bits(table: Uint32Array): Crc {
  let state = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) state = entry(table, (state ^ byte) & 0xff) ^ (state >>> 8);
    },
    digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(~state >>> 0);
      return digest;
    },
  };
}

/** Two 32-bit halves, since arithmetic with BigInt would be some fifty times slower. */
export function crc64nvme(): Crc {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = ((low ^ byte) & 0xff) * 2;
        low = entry(CRC64NVME_TABLE, index + 1) ^ ((low >>> 8) | (high << 24));
        high = entry(CRC64NVME_TABLE, index) ^ (high >>> 8);
      }
    },
    digest() {
      const digest = Buffer.alloc(8);
      digest.writeUInt32BE(~high >>> 0, 0);
      digest.writeUInt32BE(~low >>> 0, 4);
      return digest;
    },
  };
}

function tableOf32Bits(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? polynomial ^ (remainder >>> 1) : remainder >>> 1;
    return remainder;
  });
}

/** High and low halves in turn. */
function tableOf64Bits(polynomial: bigint): Uint32Array {
  const table = new Uint32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1n ? polynomial ^ (remainder >> 1n) : remainder >> 1n;
    table[byte * 2] = Number(remainder >> 32n);
    table[byte * 2 + 1] = Number(remainder & 0xffffffffn);
  }
  return table;
}

/** The index never leaves the table, which the compiler cannot know. */
function entry(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}
