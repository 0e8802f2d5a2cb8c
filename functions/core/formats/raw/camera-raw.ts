import { type Signature, startsAs } from '../format-signatures.ts';
import { readTiffDirectory, type TiffDirectory } from '../tiff/tiff-directory.ts';
import { directoryTree, isSensorData, type PlacedDirectory, RAW_TAG, textOf } from './raw-directories.ts';

/** How a camera RAW file is laid out. */
export type RawLayout = 'tiff' | 'dng' | 'canon boxes' | 'canon heap' | 'fujifilm' | 'sigma' | 'unknown';

/** A camera RAW format. */
export interface CameraRaw {
  /** Lower-case, as its files' extension has it: `nef`. */
  readonly format: string;
  /** As users know it: `Nikon RAW (NEF)`. */
  readonly name: string;
  readonly layout: RawLayout;
}

/** Formats that tell themselves by their first bytes. */
const MARKED: readonly (CameraRaw & Signature)[] = [
  { format: 'cr2', name: 'Canon RAW (CR2)', layout: 'tiff', starts: 'II*\0....CR' },
  { format: 'cr3', name: 'Canon RAW (CR3)', layout: 'canon boxes', starts: '....ftypcrx ' },
  { format: 'crw', name: 'Canon RAW (CRW)', layout: 'canon heap', starts: 'II....HEAPCCDR' },
  { format: 'raf', name: 'Fujifilm RAW (RAF)', layout: 'fujifilm', starts: 'FUJIFILMCCD-RAW' },
  { format: 'orf', name: 'Olympus RAW (ORF)', layout: 'tiff', starts: 'IIRO' },
  { format: 'orf', name: 'Olympus RAW (ORF)', layout: 'tiff', starts: 'IIRS' },
  { format: 'orf', name: 'Olympus RAW (ORF)', layout: 'tiff', starts: 'MMOR' },
  { format: 'rw2', name: 'Panasonic RAW (RW2)', layout: 'tiff', starts: 'IIU\0' },
  { format: 'iiq', name: 'Phase One RAW (IIQ)', layout: 'tiff', starts: 'II*\0....IIII' },
  { format: 'iiq', name: 'Phase One RAW (IIQ)', layout: 'tiff', starts: 'MM\0*....MMMM' },
  { format: 'x3f', name: 'Sigma RAW (X3F)', layout: 'sigma', starts: 'FOVb' },
  { format: 'mrw', name: 'Minolta RAW (MRW)', layout: 'unknown', starts: '\0MRM' },
];

/** Formats that are told by the maker, as the first directory names it in capitals. */
const MADE_BY: readonly (readonly [maker: string, format: string, name: string])[] = [
  ['NIKON', 'nef', 'Nikon RAW (NEF)'],
  ['SONY', 'arw', 'Sony RAW (ARW)'],
  ['PENTAX', 'pef', 'Pentax RAW (PEF)'],
  ['RICOH', 'pef', 'Pentax RAW (PEF)'],
  ['SAMSUNG', 'srw', 'Samsung RAW (SRW)'],
  ['HASSELBLAD', '3fr', 'Hasselblad RAW (3FR)'],
  ['PHASE ONE', 'iiq', 'Phase One RAW (IIQ)'],
  ['LEAF', 'mos', 'Leaf RAW (MOS)'],
  ['MAMIYA', 'mef', 'Mamiya RAW (MEF)'],
  ['EPSON', 'erf', 'Epson RAW (ERF)'],
  ['SEIKO EPSON', 'erf', 'Epson RAW (ERF)'],
  ['KODAK', 'dcr', 'Kodak RAW'],
  ['EASTMAN KODAK', 'dcr', 'Kodak RAW'],
  ['CANON', 'tif', 'Canon RAW (TIF)'],
];

/**
 * The camera RAW format of a file, or undefined for anything else. A TIFF is one when some directory of it holds
 * sensor data: tagging the thumbnail that such a file carries would be a silent loss.
 */
export function cameraRaw(bytes: Uint8Array): CameraRaw | undefined {
  const marked = MARKED.find(({ starts }) => startsAs(bytes, starts));
  if (marked?.format === 'rw2' && makerOf(bytes, readTiffDirectory(bytes)).startsWith('LEICA')) {
    return { ...marked, format: 'rwl', name: 'Leica RAW (RWL)' };
  }
  if (marked) return marked;
  return TIFF_STARTS.some((starts) => startsAs(bytes, starts)) ? tiffRaw(bytes) : undefined;
}

const TIFF_STARTS = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
const REDUCED_RESOLUTION = 1;
/** The short side of EXIF's thumbnails is 120 pixels; those of some makers are larger. */
const THUMBNAIL_SIDE = 160;

function tiffRaw(bytes: Uint8Array): CameraRaw | undefined {
  const { main, all } = directoryTree(bytes);
  if (!main) return undefined;
  if (main.has(RAW_TAG.dngVersion)) return { format: 'dng', name: 'DNG', layout: 'dng' };
  const maker = makerOf(bytes, main);
  const made = MADE_BY.find(([start]) => maker.startsWith(start));
  const isRaw = isThumbnail(main, made !== undefined) || all.some(({ directory }) => isSensorData(directory));
  if (!isRaw && !(made && isOnlyJpegs(all))) return undefined;
  const [, format = 'raw', name = 'camera RAW'] = made ?? [];
  return { format, name, layout: 'tiff' };
}

/**
 * Whether the first directory is but a thumbnail, of what directories below it hold. Nikon and Sony say so; where a
 * camera's file says nothing of it, its size tells.
 */
function isThumbnail(main: TiffDirectory, isOfCamera: boolean): boolean {
  if (!main.has(RAW_TAG.subIfds)) return false;
  const subfileType = main.value(RAW_TAG.newSubfileType);
  if (subfileType !== undefined) return (subfileType & REDUCED_RESOLUTION) !== 0;
  const shortSide = Math.min(main.value(RAW_TAG.width) ?? 0, main.value(RAW_TAG.height) ?? 0);
  return isOfCamera && shortSide < THUMBNAIL_SIDE;
}

/** Whether no TIFF reader finds a picture: there are JPEGs, which tags name, and no strips. */
function isOnlyJpegs(all: readonly PlacedDirectory[]): boolean {
  const parts = [RAW_TAG.stripOffsets, RAW_TAG.tileOffsets];
  return (
    all.some(({ directory }) => directory.has(RAW_TAG.jpegOffset)) &&
    !all.some(({ directory }) => parts.some((tag) => directory.has(tag)))
  );
}

function makerOf(bytes: Uint8Array, main: TiffDirectory | undefined): string {
  return main ? textOf(bytes, main, RAW_TAG.make).toUpperCase() : '';
}
