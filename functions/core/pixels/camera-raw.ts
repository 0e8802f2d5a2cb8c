import { type Signature, startsAs } from './format-signatures.ts';
import { directoryTree, isSensorData, RAW_TAG, textOf } from './raw-directories.ts';
import { readTiffDirectory, type TiffDirectory } from './tiff-directory.ts';

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

function tiffRaw(bytes: Uint8Array): CameraRaw | undefined {
  const { main, all } = directoryTree(bytes);
  if (!main) return undefined;
  if (main.has(RAW_TAG.dngVersion)) return { format: 'dng', name: 'DNG', layout: 'dng' };
  // Nikon and Sony: the first directory is a thumbnail, and the sensor's data lie in a directory below it.
  const subfileType = main.value(RAW_TAG.newSubfileType) ?? 0;
  const isThumbnail = (subfileType & REDUCED_RESOLUTION) !== 0 && main.has(RAW_TAG.subIfds);
  if (!isThumbnail && !all.some(({ directory }) => isSensorData(directory))) return undefined;
  const maker = makerOf(bytes, main);
  const [, format = 'raw', name = 'camera RAW'] = MADE_BY.find(([start]) => maker.startsWith(start)) ?? [];
  return { format, name, layout: 'tiff' };
}

function makerOf(bytes: Uint8Array, main: TiffDirectory | undefined): string {
  return main ? textOf(bytes, main, RAW_TAG.make).toUpperCase() : '';
}
