import { canonMetadata } from '../raw/raw-canon-boxes.ts';
import { fujifilmPreviews } from '../raw/raw-fujifilm.ts';
import { sigmaPreviews } from '../raw/raw-sigma.ts';
import { type ExifBlock, exifBlock, exifDirectory } from './exif-block.ts';
import { heifExif, jxlExif } from './exif-boxes.ts';
import { jpegExif, pngExif, webpExif } from './exif-segments.ts';

/**
 * All EXIF that a picture has, best first. Camera RAW files are TIFF files themselves, or keep it in boxes or in their preview.
 *
 * @param format of the file, as its content shows it
 */
export function exifBlocks(bytes: Uint8Array, format: string): readonly ExifBlock[] {
  const find = BLOCKS.get(format);
  return find ? find(bytes) : [exifBlock(bytes)];
}

type BlocksIn = (bytes: Uint8Array) => readonly ExifBlock[];

const embedded =
  (find: (bytes: Uint8Array) => Uint8Array | undefined): BlocksIn =>
  (bytes) => {
    const found = find(bytes);
    return found ? [exifBlock(found)] : [];
  };

const none: BlocksIn = () => [];
const inPreviews =
  (previewsIn: typeof fujifilmPreviews): BlocksIn =>
  (bytes) =>
    previewsIn(bytes).previews.flatMap(({ content }) => embedded(jpegExif)(content()));

const BLOCKS: ReadonlyMap<string, BlocksIn> = new Map<string, BlocksIn>([
  ['jpeg', embedded(jpegExif)],
  ['png', embedded(pngExif)],
  ['webp', embedded(webpExif)],
  ['avif', embedded(heifExif)],
  ['heic', embedded(heifExif)],
  ['jxl', embedded(jxlExif)],
  ['gif', none],
  ['svg', none],
  ['crw', none],
  ['cr3', canonBlocks],
  ['raf', inPreviews(fujifilmPreviews)],
  ['x3f', inPreviews(sigmaPreviews)],
]);

/** A CR3 has each directory as a TIFF file of its own (exiftool, `Canon.pm`, `uuid`). */
function canonBlocks(bytes: Uint8Array): readonly ExifBlock[] {
  const boxes = canonMetadata(bytes);
  const directory = (wanted: string) => {
    const box = boxes.find(({ type }) => type === wanted);
    return box && exifDirectory(bytes.subarray(box.start, box.end));
  };
  return [{ main: directory('CMT1'), exposure: directory('CMT2'), place: directory('CMT4') }];
}
