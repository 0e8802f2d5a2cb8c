import { type FileHandle, open } from 'node:fs/promises';
import { CliptagError, InvalidInput } from '../../../core/errors.ts';
import { headerLength, LENGTH_BYTES, parseHeader, type TensorEntry } from './header.ts';
import { isReadable, READABLE_BYTES, toFloat32 } from './numbers.ts';

/** Bytes that are read at once, so that a tensor never lies in memory twice. Divisible by every number's size. */
const CHUNK_BYTES = 4 << 20;

/** One of `of` equal parts of a tensor's first dimension. */
export interface TensorPart {
  readonly index: number;
  readonly of: number;
}

/** Some of a tensor's first dimension. */
export interface TensorRows {
  readonly first: number;
  readonly count: number;
}

/** Named tensors of one or several files; opening reads their headers only. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /**
   * Reads a tensor, or a part or some rows of it, as float32, row-major.
   *
   * @throws {InvalidInput} for a tensor that does not exist, a type that is no float, and numbers that are not finite
   */
  read(name: string, part?: TensorPart | TensorRows): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file (https://github.com/huggingface/safetensors, "Format"): an 8-byte length, a JSON header,
 * the tensors' numbers.
 *
 * @throws {CliptagError} `no-checkpoint` when there is no such file
 * @throws {InvalidInput} when it is malformed or cut off
 */
export async function openSafetensors(path: string): Promise<TensorFile> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CliptagError('no-checkpoint', `Expected a safetensors file but ${path} cannot be opened`, {
      cause,
    });
  });
  try {
    const tensors = await readHeader(file, path);
    return {
      tensors,
      read: (name, part = { index: 0, of: 1 }) => readTensor(file, path, name, tensors.get(name), part),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: FileHandle, path: string): Promise<Map<string, TensorEntry>> {
  const { size } = await file.stat();
  const first = Buffer.alloc(Math.min(LENGTH_BYTES, size));
  await readFully(file, first, 0, path);
  const header = Buffer.alloc(headerLength(first, size, path));
  await readFully(file, header, LENGTH_BYTES, path);
  return parseHeader(header, size, path);
}

async function readTensor(
  file: FileHandle,
  path: string,
  name: string,
  entry: TensorEntry | undefined,
  part: TensorPart | TensorRows,
): Promise<Float32Array> {
  if (entry === undefined) throw unreadable(path, `${name}: Expected a tensor but there is none`);
  if (!isReadable(entry.dtype))
    throw unreadable(
      path,
      `${name}: Expected numbers of type ${Object.keys(READABLE_BYTES).join(', ')} but found ${entry.dtype}`,
    );
  const { first, count } = rowsOf(part, name, entry, path);
  const numberBytes = READABLE_BYTES[entry.dtype];
  const rowNumbers = entry.bytes / numberBytes / (entry.shape[0] ?? 1);
  const numbers = new Float32Array(count * rowNumbers);
  const start = entry.position + first * rowNumbers * numberBytes;
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, numbers.length * numberBytes));
  for (let done = 0; done < numbers.length; ) {
    const now = Math.min(chunk.length / numberBytes, numbers.length - done);
    const bytes = chunk.subarray(0, now * numberBytes);
    await readFully(file, bytes, start + done * numberBytes, path);
    toFloat32(entry.dtype, bytes, numbers.subarray(done, done + now));
    done += now;
  }
  const wrong = firstNotFinite(numbers);
  if (wrong !== undefined)
    throw unreadable(path, `${name}: Expected finite numbers but number ${wrong} is ${numbers[wrong]}`);
  return numbers;
}

/** @throws {InvalidInput} for rows that the tensor does not have */
function rowsOf(
  part: TensorPart | TensorRows,
  name: string,
  { shape }: TensorEntry,
  path: string,
): TensorRows {
  const rows = shape[0] ?? 1;
  if ('of' in part) {
    if (rows % part.of !== 0)
      throw unreadable(path, `${name}: Expected ${part.of} equal parts of shape [${shape}]`);
    return { first: (part.index * rows) / part.of, count: rows / part.of };
  }
  if (part.first + part.count > rows)
    throw unreadable(path, `${name}: Expected ${part.first + part.count} rows but the shape is [${shape}]`);
  return part;
}

/** A plain loop: a callback for each of the hundred millions of numbers takes several times as long. */
function firstNotFinite(numbers: Float32Array): number | undefined {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return i;
  return undefined;
}

/** One read may give fewer bytes than were asked for. */
async function readFully(file: FileHandle, into: Buffer, position: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0)
      throw unreadable(
        path,
        `Expected ${into.length} bytes at ${position} but the file ends after ${done} of them`,
      );
    done += bytesRead;
  }
}

function unreadable(path: string, fault: string): InvalidInput {
  return new InvalidInput(`${path} cannot be read`, [fault]);
}
