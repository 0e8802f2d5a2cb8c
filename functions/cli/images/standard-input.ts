import type { Readable } from 'node:stream';
import { type FilePath, filePath } from '../../adapters/files/file-path.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';
import { UsageError } from '../../terminal/exit-code.ts';

/** What stands for standard input among paths. */
export const STANDARD_INPUT = '-';

/** So much of it tells what it is. */
const TOLD_BYTES = 4096;
/** Some hundred thousand paths: longer ones are no list of files. */
const MAXIMUM_LIST_BYTES = 100 * 1024 * 1024;

/** What somebody has piped into the program. */
export type StandardInput =
  | { readonly kind: 'picture'; readonly bytes: Uint8Array }
  | { readonly kind: 'paths'; readonly paths: readonly FilePath[] };

/**
 * Reads standard input: the bytes of one picture, as the first of them tell, or else paths, one a line.
 *
 * @param isNullSeparated whether it is paths with NUL behind each, as `find -print0` prints them. Most such lists are known without
 * @throws {UsageError} for a list that is too long
 */
export async function readStandardInput(
  isNullSeparated: boolean,
  stdin: Readable = process.stdin,
): Promise<StandardInput> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    // A picture of one byte more is refused by its size.
    if (size > Math.max(DEFAULT_MAXIMUM_BYTES + 1, MAXIMUM_LIST_BYTES)) break;
  }
  const bytes = Buffer.concat(chunks);
  if (!isNullSeparated && isPicture(bytes)) return { kind: 'picture', bytes };
  if (size > MAXIMUM_LIST_BYTES) {
    throw new UsageError([`expected at most ${MAXIMUM_LIST_BYTES} bytes of paths in standard input`]);
  }
  return { kind: 'paths', paths: pathsIn(bytes, isNullSeparated || isListWithNulls(bytes)) };
}

/** Whether bytes begin as no list of paths does: with control characters, as all pictures have them, or as SVG. */
function isPicture(bytes: Buffer): boolean {
  const first = bytes.subarray(0, TOLD_BYTES);
  if (/^\ufeff?\s*</.test(first.toString())) return true;
  return hasControls(first, '\t\n\r\0') || (first.includes(0) && !isListWithNulls(first));
}

/** Of pictures, whose first bytes may be letters and NUL, none has nothing else that is no letter. */
const BEGINS_AS_PICTURE = /^(?:\0|RIFF|GIF8|BM|II\*|MM\0)/;

/** Whether paths end with NUL, as `find -print0` has it, though nobody has said so. */
function isListWithNulls(bytes: Buffer): boolean {
  const first = bytes.subarray(0, TOLD_BYTES);
  return (
    first.includes(0) && !hasControls(first, '\t\n\r\0') && !BEGINS_AS_PICTURE.test(first.toString('latin1'))
  );
}

function hasControls(bytes: Buffer, allowed: string): boolean {
  return bytes.some((byte) => byte < 0x20 && !allowed.includes(String.fromCharCode(byte)));
}

/** The paths of a list: bytes, for names need not be UTF-8. */
function pathsIn(bytes: Buffer, isNullSeparated: boolean): readonly FilePath[] {
  const separator = isNullSeparated ? 0 : 0x0a;
  const paths: FilePath[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(separator, start);
    const end = found < 0 ? bytes.length : found;
    // Programs of Windows end lines with CRLF.
    const isCrlf = !isNullSeparated && bytes[end - 1] === 0x0d;
    const path = bytes.subarray(start, isCrlf ? end - 1 : end);
    if (path.length > 0) paths.push(filePath(path));
    start = end + 1;
  }
  return paths;
}
