import { readTiffDirectory, type TiffDirectory } from '../tiff/tiff-directory.ts';

/** Tag numbers of TIFF 6.0, TIFF/EP (SubIFDs), EXIF and DNG 1.7. */
export const RAW_TAG = {
  newSubfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometricInterpretation: 262,
  make: 271,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  stripLengths: 279,
  tileOffsets: 324,
  tileLengths: 325,
  subIfds: 330,
  jpegTables: 347,
  jpegOffset: 513,
  jpegLength: 514,
  dngVersion: 50706,
};

export interface PlacedDirectory {
  readonly directory: TiffDirectory;
  /** Where it lies in the file. */
  readonly at: number;
}

/** The directories of a TIFF-like file: those of its chain, and those below them, where cameras keep pictures. */
export interface DirectoryTree {
  readonly main: TiffDirectory | undefined;
  readonly all: readonly PlacedDirectory[];
  /** Whether a directory, or what one says of the sensor, lies beyond the end of the file. */
  readonly endsEarly: boolean;
}

/** Several times what cameras write; Adobe's DNGs with many previews come to about ten. */
const MAXIMUM_DIRECTORIES = 64;

/** Reads each directory once, for their pointers may form a circle. */
export function directoryTree(bytes: Uint8Array): DirectoryTree {
  const main = readTiffDirectory(bytes);
  const all: PlacedDirectory[] = [];
  const seen = new Set<number>();
  let endsEarly = main === undefined;
  const waiting = main ? [...below(main)] : [];
  if (main) all.push({ directory: main, at: 0 });
  while (waiting.length > 0 && all.length < MAXIMUM_DIRECTORIES) {
    const at = waiting.shift() ?? 0;
    if (at < 8 || seen.has(at)) continue;
    seen.add(at);
    const directory = readTiffDirectory(bytes, at);
    if (!directory) endsEarly ||= at + 2 > bytes.length;
    else {
      all.push({ directory, at });
      waiting.push(...below(directory));
    }
  }
  const isCut = all.some(({ directory }) => isSensorData(directory) && endOfParts(directory) > bytes.length);
  return { main, all, endsEarly: endsEarly || isCut };
}

/** The next directory of the chain, and those that this one names as below it. */
function below(directory: TiffDirectory): number[] {
  const count = Math.min(directory.count(RAW_TAG.subIfds), MAXIMUM_DIRECTORIES);
  const named = Array.from({ length: count }, (_, index) => directory.value(RAW_TAG.subIfds, index) ?? 0);
  return [...named, directory.next];
}

/** Where the last strip or tile ends. */
export function endOfParts(directory: TiffDirectory): number {
  const [offsets, lengths] = directory.has(RAW_TAG.tileOffsets)
    ? [RAW_TAG.tileOffsets, RAW_TAG.tileLengths]
    : [RAW_TAG.stripOffsets, RAW_TAG.stripLengths];
  const last = Math.max(0, directory.count(offsets) - 1);
  return (directory.value(offsets, last) ?? 0) + (directory.value(lengths, last) ?? 0);
}

/** Colour filter array (TIFF/EP) and LinearRaw (DNG). */
const SENSOR_COLOURS = [32803, 34892];
/** What only cameras code with: Sony, Nikon, Samsung (two), Kodak (three), Nikon, Pentax (LibRaw's `tiff.cpp`). */
const SENSOR_CODINGS = [32767, 32769, 32770, 32772, 32867, 65000, 34713, 65535];

/** Whether a directory holds what the sensor saw, and no picture. */
export function isSensorData(directory: TiffDirectory): boolean {
  const colours = directory.value(RAW_TAG.photometricInterpretation) ?? 0;
  return (
    SENSOR_COLOURS.includes(colours) || SENSOR_CODINGS.includes(directory.value(RAW_TAG.compression) ?? 0)
  );
}

/** A text of up to 64 characters. */
export function textOf(bytes: Uint8Array, directory: TiffDirectory, tag: number): string {
  const { start, end } = directory.range(tag) ?? { start: 0, end: 0 };
  const [text = ''] = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64))).split('\0');
  return text.trim();
}

/** An EXIF orientation, of those that mean something. */
export function orientationOf(directory: TiffDirectory | undefined): number | undefined {
  const orientation = directory?.value(RAW_TAG.orientation);
  return orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : undefined;
}
