import { END, isFrame, SCAN } from './jpeg-markers.ts';

const PROGRESSIVE = [0xc2, 0xc6, 0xca, 0xce];
/** Where a frame header has the picture's size, behind its marker. */
const HEIGHT_AT = 5;
const WIDTH_AT = 7;

/** How often a component of a JPEG is sampled, across and down. */
export interface JpegSampling {
  readonly horizontal: number;
  readonly vertical: number;
}

/** What the headers before a JPEG's first scan say. */
export interface JpegStart {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly JpegSampling[];
  /** Components of the first scan; undefined where there is none. */
  readonly scanned?: number;
  /** Where the picture's height stands in the file, 16 bits. */
  readonly heightAt: number;
}

/** Reads a JPEG up to its first scan, as libjpeg does: the first frame header counts. */
export function jpegStart(bytes: Uint8Array): JpegStart | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: JpegStart | undefined;
  let at = 2;
  for (;;) {
    // As libjpeg does, anything between two segments is passed over.
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    if (at < 0 || at + 4 > bytes.length) return frame;
    const marker = bytes[at + 1] ?? 0;
    if (marker === END) return frame;
    if (!hasLength(marker)) {
      at += 2;
      continue;
    }
    if (marker === SCAN) return frame && { ...frame, scanned: bytes[at + 4] ?? 0 };
    if (isFrame(marker)) frame ??= readFrame(view, at, PROGRESSIVE.includes(marker));
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
}

/** Neither stuffing, TEM, a restart nor another start of an image. */
function hasLength(marker: number): boolean {
  return marker > 1 && !(marker >= 0xd0 && marker <= 0xd8);
}

function readFrame(view: DataView, at: number, isProgressive: boolean): JpegStart | undefined {
  if (at + 10 > view.byteLength) return undefined;
  const count = view.getUint8(at + 9);
  if (at + 10 + 3 * count > view.byteLength) return undefined;
  return {
    height: view.getUint16(at + HEIGHT_AT),
    width: view.getUint16(at + WIDTH_AT),
    isProgressive,
    heightAt: at + HEIGHT_AT,
    components: Array.from({ length: count }, (_, index) => {
      const sampling = view.getUint8(at + 11 + 3 * index);
      return { horizontal: Math.max(1, sampling >> 4), vertical: Math.max(1, sampling & 15) };
    }),
  };
}
