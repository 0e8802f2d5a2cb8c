/** The types that can be read as float32, with the bytes of one number. */
export const READABLE_BYTES = { F32: 4, F16: 2, BF16: 2, F64: 8 } as const;

export type ReadableType = keyof typeof READABLE_BYTES;

export function isReadable(dtype: string): dtype is ReadableType {
  return Object.hasOwn(READABLE_BYTES, dtype);
}

/**
 * Turns the format's numbers, which are little-endian, into float32.
 *
 * @param bytes a whole count of numbers
 * @param into as long as that count
 */
export function toFloat32(dtype: ReadableType, bytes: Buffer, into: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // All machines that onnxruntime runs on are little-endian too.
  if (dtype === 'F32') new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
  else if (dtype === 'F64') for (let i = 0; i < into.length; i++) into[i] = view.getFloat64(i * 8, true);
  else if (dtype === 'F16') fromFloat16(view, into);
  else fromBfloat16(view, into);
}

let float16Values: Float32Array | undefined;

/** Looks values up in a table of all 65,536, because Node 20 has no `Float16Array`. */
function fromFloat16(view: DataView, into: Float32Array): void {
  float16Values ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16Value(bits));
  for (let i = 0; i < into.length; i++) into[i] = float16Values[view.getUint16(i * 2, true)] ?? Number.NaN;
}

/** IEEE 754 binary16: sign 1 bit, exponent 5 (bias 15), fraction 10. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(view: DataView, into: Float32Array): void {
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(i * 2, true) << 16;
}
