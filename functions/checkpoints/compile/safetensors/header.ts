import { isPlainObject } from '../../../core/document.ts';
import { InvalidInput } from '../../../core/errors.ts';

/** Bytes of one number of each type (`Dtype` of huggingface/safetensors); only some can be read as float32. */
const NUMBER_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/** The limit of the reference implementation (`MAX_HEADER_SIZE` of huggingface/safetensors). */
const MAXIMUM_HEADER_BYTES = 100_000_000;

/** The header's length comes first, as an unsigned 64-bit little-endian number. */
export const LENGTH_BYTES = 8;

export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Position of the first number in the file. */
  readonly position: number;
  readonly bytes: number;
}

interface TensorRange {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * @param firstBytes the first {@link LENGTH_BYTES} of the file
 * @throws {InvalidInput} for an impossible length
 */
export function headerLength(firstBytes: Buffer, fileBytes: number, path: string): number {
  if (firstBytes.length < LENGTH_BYTES)
    throw notSafetensors(path, [`Expected at least ${LENGTH_BYTES} bytes but found ${fileBytes}`]);
  const length = firstBytes.readBigUInt64LE();
  if (length < 2n || length > MAXIMUM_HEADER_BYTES)
    throw notSafetensors(path, [
      `Expected a header of 2 to ${MAXIMUM_HEADER_BYTES} bytes but its first 8 bytes say ${length}`,
    ]);
  if (LENGTH_BYTES + Number(length) > fileBytes)
    throw notSafetensors(path, [
      `Expected a header of ${length} bytes but the file ends after ${fileBytes - LENGTH_BYTES} of them: it is cut off`,
    ]);
  return Number(length);
}

/**
 * The tensors of a file, by name. The format demands that they fill the file without overlap or hole.
 *
 * @param header the bytes after the length
 * @throws {InvalidInput} with all faults of the header; for a file that is cut off
 */
export function parseHeader(header: Buffer, fileBytes: number, path: string): Map<string, TensorEntry> {
  const faults: string[] = [];
  const text = header.toString('utf8');
  const start = LENGTH_BYTES + header.length;
  const tensors = new Map<string, TensorEntry>();
  const ranges: TensorRange[] = [];
  for (const name of duplicatesOf(text))
    faults.push(`${name}: Expected one tensor of this name but found several`);
  for (const [name, value] of Object.entries(parseObject(text, path))) {
    if (name === '__metadata__') continue;
    const entry = tensorEntry(value);
    if ('fault' in entry) {
      faults.push(`${name}: ${entry.fault}`);
      continue;
    }
    ranges.push({ name, begin: entry.begin, end: entry.end });
    tensors.set(name, {
      dtype: entry.dtype,
      shape: entry.shape,
      position: start + entry.begin,
      bytes: entry.end - entry.begin,
    });
  }
  if (faults.length === 0) faults.push(...layoutFaults(ranges, fileBytes, start));
  if (faults.length > 0) throw notSafetensors(path, faults);
  return tensors;
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notSafetensors(path, [`Expected JSON as header: ${String(error)}`]);
  }
  if (isPlainObject(value)) return value;
  throw notSafetensors(path, ['Expected a JSON object as header']);
}

function tensorEntry(
  value: unknown,
): { dtype: string; shape: number[]; begin: number; end: number } | { fault: string } {
  if (!isPlainObject(value)) return { fault: 'Expected dtype, shape and data_offsets' };
  const { dtype, shape, data_offsets: offsets } = value;
  const numberBytes =
    typeof dtype === 'string' && Object.hasOwn(NUMBER_BYTES, dtype) ? NUMBER_BYTES[dtype] : undefined;
  if (numberBytes === undefined || typeof dtype !== 'string')
    return {
      fault: `Expected dtype ${Object.keys(NUMBER_BYTES).join(', ')} but received ${JSON.stringify(dtype)}`,
    };
  if (!isSizes(shape))
    return { fault: `Expected shape of whole numbers but received ${JSON.stringify(shape)}` };
  const [begin, end, ...more] = isSizes(offsets) ? offsets : [];
  if (begin === undefined || end === undefined || more.length > 0 || end < begin)
    return { fault: `Expected data_offsets [begin, end] but received ${JSON.stringify(offsets)}` };
  const bytes = shape.reduce((product, size) => product * size, numberBytes);
  if (end - begin !== bytes)
    return {
      fault: `Expected ${bytes} bytes for ${dtype} of shape [${shape}] but data_offsets span ${end - begin}`,
    };
  return { dtype, shape, begin, end };
}

/** Overlaps, holes, and tensors that do not end where the file ends. */
function layoutFaults(ranges: readonly TensorRange[], fileBytes: number, start: number): string[] {
  const faults: string[] = [];
  let reached = 0;
  let before = 'the header';
  for (const { name, begin, end } of ranges.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < reached)
      faults.push(`${name}: begins at ${begin} and overlaps ${before}, which ends at ${reached}`);
    if (begin > reached)
      faults.push(
        `${name}: Expected to begin at ${reached}, where ${before} ends, but it begins at ${begin}`,
      );
    before = name;
    reached = Math.max(reached, end);
  }
  if (start + reached > fileBytes)
    faults.push(`Expected a file of ${start + reached} bytes but found ${fileBytes}: it is cut off`);
  else if (start + reached < fileBytes)
    faults.push(
      `Expected a file of ${start + reached} bytes but found ${fileBytes}: no tensor owns the rest`,
    );
  return faults;
}

/** Keys that occur twice in an object's text: `JSON.parse` would silently keep the last of them. */
function duplicatesOf(json: string): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  let depth = 0;
  for (const { 0: token, 1: key } of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (key !== undefined && depth === 1) {
      if (seen.has(key)) twice.add(key);
      seen.add(key);
    }
  }
  return twice;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function notSafetensors(path: string, faults: readonly string[]): InvalidInput {
  return new InvalidInput(`${path} is not a whole safetensors file`, faults);
}
