/** Decodes the files that its parameters name, all at once, and prints what that took. */
import { readFileSync } from 'node:fs';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { CliptagError } from '../../functions/core/errors.ts';
import { pictureLayout } from '../../functions/core/formats/picture-layout.ts';
import { uploadedPicture } from '../../functions/core/formats/raw/uploaded-picture.ts';

/** What decoding some files took. */
export interface Explosion {
  /** The largest resident set of the process, from its start. */
  readonly peakBytes: number;
  /** The part of it that decoding added. */
  readonly grownBytes: number;
  /** What the first file's layout says that decoding takes. */
  readonly heldBytes: number | undefined;
  readonly milliseconds: number;
  /** Of each file in turn: its size, or a fault's code and message. */
  readonly results: readonly string[];
  /** Whether some fault is one to try again, other than that the machine was too busy. */
  readonly passes: boolean;
}

const SPECS = [
  { size: 224, resize: 'bicubic' },
  { size: 256, resize: 'squash' },
] as const;

const files = process.argv.slice(2).map((file) => readFileSync(file));
const decoder = sharpPixelDecoder();
const before = peakBytes();
const started = performance.now();
const results = await Promise.all(files.map(resultOf));
const explosion: Explosion = {
  peakBytes: peakBytes(),
  grownBytes: peakBytes() - before,
  heldBytes: heldBytes(files[0] ?? Buffer.alloc(0)),
  milliseconds: Math.round(performance.now() - started),
  results: results.map(({ text }) => text),
  passes: results.some(({ passes }) => passes),
};
process.stdout.write(JSON.stringify(explosion), () => process.exit());

async function resultOf(bytes: Uint8Array, index: number): Promise<{ text: string; passes: boolean }> {
  try {
    const { width, height } = await decoder.decode(bytes, SPECS[index % SPECS.length] ?? SPECS[0]);
    return { text: `${width} x ${height}`, passes: false };
  } catch (error) {
    const isKnown = error instanceof CliptagError;
    const code = isKnown ? error.code : 'unexpected';
    return {
      text: `${code}: ${String(error).slice(0, 200)}`,
      passes: !isKnown || (error.retryable && error.code !== 'decode-timeout'),
    };
  }
}

function heldBytes(bytes: Uint8Array): number | undefined {
  try {
    const picture = uploadedPicture(bytes);
    const { format } = picture;
    return format === 'svg' ? undefined : pictureLayout(picture.bytes, format)?.heldBytes;
  } catch {
    return undefined;
  }
}

function peakBytes(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}
