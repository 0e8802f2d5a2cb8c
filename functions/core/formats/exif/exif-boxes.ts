import { brotliDecompressSync } from 'node:zlib';
import { heifMeta } from '../heif/heif-items.ts';
import { boxesIn, fourLetters, type IsoBox } from '../heif/iso-boxes.ts';

/** As much as a JPEG's segment holds, several times over: EXIF has a thumbnail at most. */
const MAXIMUM_BYTES = 2 ** 20;

/** The item `Exif` of a HEIC or AVIF (ISO/IEC 23008-12, A.2.1). */
export function heifExif(bytes: Uint8Array): Uint8Array | undefined {
  const item = heifMeta(bytes)?.items.find(({ type }) => type === 'Exif');
  const parts = item?.extents.map(({ start, end }) =>
    bytes.subarray(start, Math.min(end, start + MAXIMUM_BYTES)),
  );
  return parts && tiffWithin(Buffer.concat(parts));
}

/** The box `Exif` of a JPEG XL, or `brob`, which is another box in Brotli (ISO/IEC 18181-2, 9.4 and 9.7). */
export function jxlExif(bytes: Uint8Array): Uint8Array | undefined {
  // A bare codestream has no boxes.
  if (bytes[0] === 0xff) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes = boxesIn(view, 0, view.byteLength);
  const plain = boxes.find(({ type }) => type === 'Exif');
  if (plain) return tiffWithin(bytes.subarray(plain.start, plain.end));
  const packed = boxes.find((box) => box.type === 'brob' && holdsExif(view, box));
  return packed && unpacked(bytes.subarray(packed.start + 4, packed.end));
}

function holdsExif(view: DataView, { start, end }: IsoBox): boolean {
  return start + 4 <= end && fourLetters(view, start) === 'Exif';
}

function unpacked(packed: Uint8Array): Uint8Array | undefined {
  try {
    return tiffWithin(brotliDecompressSync(packed, { maxOutputLength: MAXIMUM_BYTES }));
  } catch {
    // Damaged, or much larger than any EXIF.
    return undefined;
  }
}

/** Four bytes say how far behind them EXIF's TIFF file begins. */
function tiffWithin(content: Uint8Array): Uint8Array | undefined {
  if (content.length < 4) return undefined;
  const offset = new DataView(content.buffer, content.byteOffset).getUint32(0);
  return content.subarray(4 + offset);
}
