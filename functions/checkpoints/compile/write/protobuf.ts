/**
 * The four kinds of protobuf fields that ONNX files are made of (https://protobuf.dev/programming-guides/encoding).
 *
 * They are written here because a library gives less than it takes: onnx-proto is 7,000 lines for an old major version
 * of protobufjs, against the forty below, and it writes fields in an order of its own, while a model's digest depends
 * on every byte. Nothing is copied on the way: a field is a list of pieces, put together once, for the file.
 */
export type Field = readonly Uint8Array[];

/** The fields of a message, one after the other. */
export function message(...fields: readonly Field[]): Field {
  return fields.flat();
}

/** @param value a whole number from 0 to 2^53 */
export function numberField(field: number, value: number): Field {
  return [varint(field << 3), varint(value)];
}

/** 32 bits, little-endian. */
export function floatField(field: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return [varint((field << 3) | 5), bytes];
}

export function textField(field: number, value: string): Field {
  return bytesField(field, [Buffer.from(value)]);
}

/** Bytes, or a message within a message. */
export function bytesField(field: number, value: Field): Field {
  return [varint((field << 3) | 2), varint(byteLength(value)), ...value];
}

/** As {@link bytesField}, but the length takes five bytes, whatever it is: its highest digits are zeros. */
export function paddedBytesField(field: number, value: Field): Field {
  const length = byteLength(value);
  const digits = [0, 1, 2, 3, 4].map((i) => (Math.floor(length / 0x80 ** i) % 0x80) | (i < 4 ? 0x80 : 0));
  return [varint((field << 3) | 2), Uint8Array.from(digits), ...value];
}

function byteLength(field: Field): number {
  return field.reduce((sum, { length }) => sum + length, 0);
}

/** Seven bits a byte, lowest first; the top bit says that more follow. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) digits.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...digits, rest]);
}
