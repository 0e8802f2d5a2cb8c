import { boxesIn, type IsoBox } from '../heif/iso-boxes.ts';
import { readTiffDirectory } from '../tiff/tiff-directory.ts';
import { jpegAt, type Preview, type Previews } from './embedded-preview.ts';
import { orientationOf } from './raw-directories.ts';

/** Behind a `uuid` box's own 16 bytes: those of Canon's metadata, and of its preview, which come with 8 bytes more. */
const METADATA_HEADER = 16;
const PREVIEW_HEADER = 24;
/** Size, version, width, height, and the length of the JPEG (exiftool, `Canon.pm`, `PreviewImage` of `PRVW`). */
const PREVIEW_JPEG_AT = 16;

/** Previews of CR3, an ISO base media file: a track of one full-size JPEG, a smaller one in `PRVW`. */
export function canonBoxPreviews(bytes: Uint8Array): Previews {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const top = boxesIn(view, 0, view.byteLength);
  const movie = inside(view, top, 'moov');
  const main = metadataIn(view, movie).find(({ type }) => type === 'CMT1');
  return {
    previews: [
      ...tracks(view, movie).flatMap((track) => trackJpeg(bytes, view, track)),
      ...smaller(bytes, view, top),
    ],
    orientation: main && orientationOf(readTiffDirectory(bytes.subarray(main.start, main.end))),
    endsEarly: movie.length === 0,
  };
}

/** The boxes of a CR3 that tell of the picture, each a TIFF file: `CMT1` and those that follow it. */
export function canonMetadata(bytes: Uint8Array): readonly IsoBox[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return metadataIn(view, inside(view, boxesIn(view, 0, view.byteLength), 'moov'));
}

function metadataIn(view: DataView, movie: readonly IsoBox[]): readonly IsoBox[] {
  return movie
    .filter(({ type }) => type === 'uuid')
    .flatMap(({ start, end }) => boxesIn(view, start + METADATA_HEADER, end));
}

function inside(view: DataView, boxes: readonly IsoBox[], wanted: string): readonly IsoBox[] {
  return boxes.filter(({ type }) => type === wanted).flatMap(({ start, end }) => boxesIn(view, start, end));
}

const MAXIMUM_TRACKS = 16;

/** The sample tables of the movie's tracks. */
function tracks(view: DataView, movie: readonly IsoBox[]): ReadonlyArray<readonly IsoBox[]> {
  return movie
    .filter(({ type }) => type === 'trak')
    .slice(0, MAXIMUM_TRACKS)
    .map(({ start, end }) =>
      ['mdia', 'minf', 'stbl'].reduce((boxes, type) => inside(view, boxes, type), boxesIn(view, start, end)),
    );
}

/** Where a track's first sample lies (`co64`) and how long it is (`stsz`): a JPEG, or sensor data, which is none. */
function trackJpeg(bytes: Uint8Array, view: DataView, table: readonly IsoBox[]): readonly Preview[] {
  const sizes = table.find(({ type }) => type === 'stsz');
  const places = table.find(({ type }) => type === 'co64');
  if (!sizes || !places || sizes.start + 12 > sizes.end || places.start + 16 > places.end) return [];
  const common = view.getUint32(sizes.start + 4);
  const isListed = common === 0 && sizes.start + 16 <= sizes.end;
  const length = isListed ? view.getUint32(sizes.start + 12) : common;
  return jpegAt(bytes, Number(view.getBigUint64(places.start + 8)), length);
}

function smaller(bytes: Uint8Array, view: DataView, top: readonly IsoBox[]): readonly Preview[] {
  return top
    .filter(({ type }) => type === 'uuid')
    .flatMap(({ start, end }) => boxesIn(view, start + PREVIEW_HEADER, end))
    .filter(({ type }) => type === 'PRVW')
    .flatMap(({ start, end }) => jpegAt(bytes, start + PREVIEW_JPEG_AT, end - start - PREVIEW_JPEG_AT));
}
