/**
 * The four kinds of protobuf fields that ONNX files are made of (https://protobuf.dev/programming-guides/encoding).
 * Our own and not a library's, because a model must be written tensor by tensor: libraries build a whole message in
 * memory before its first byte is written.
 */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** @param value a whole number from 0 to 2^53 */
export function numberField(field: number, value: number): Uint8Array {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

/** 32 bits, little-endian. */
export function floatField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

export function textField(field: number, value: string): Uint8Array {
  return bytesField(field, Buffer.from(value));
}

/** Bytes, or a message within a message. */
export function bytesField(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([bytesHeader(field, value.length), value]);
}

/** What stands before `length` bytes that are written separately. */
export function bytesHeader(field: number, length: number): Uint8Array {
  return Buffer.concat([varint((field << 3) | 2), varint(length)]);
}

/** Seven bits a byte, lowest first, the top bit saying that more follow. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) digits.push((rest % 0x80) | 0x80);
  return Buffer.from([...digits, rest]);
}

/** Bytes of {@link paddedVarint}: 35 bits, more than protobuf's limit of 2 GiB takes. */
export const PADDED_VARINT_BYTES = 5;

/** A number that takes the same room whatever it is, for a length that is known only afterwards. */
export function paddedVarint(value: number): Uint8Array {
  return Buffer.from(
    Array.from({ length: PADDED_VARINT_BYTES }, (_, i) => {
      const digit = Math.floor(value / 0x80 ** i) % 0x80;
      return i < PADDED_VARINT_BYTES - 1 ? digit | 0x80 : digit;
    }),
  );
}
