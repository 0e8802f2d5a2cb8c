import { cameraName } from './camera-name.ts';
import { exifBlocks } from './exif-blocks.ts';
import { DEFAULT_EXIF_CHOICE, type ExifChoice } from './exif-choice.ts';
import { type ExifPlace, exifPlace } from './exif-place.ts';
import { exposureTime } from './exposure-time.ts';

/** What a picture's EXIF tells; each part only where it tells something that can be true. */
export interface ExifDetails extends Partial<ExifPlace> {
  /** Time of exposure as the camera's clock had it, ISO 8601; with an offset from UTC where the file tells one. */
  readonly takenAt?: string;
  /** Maker and model. */
  readonly camera?: string;
}

/**
 * Reads time, camera and place of a picture. It never throws, and its time and memory are bounded, whatever the bytes
 * are: a damaged EXIF tells nothing, and is no fault of the picture.
 *
 * @param format of the file, as {@link Pixels} has it: `jpeg`, `nef`
 * @example exifDetails(bytes, 'jpeg') // { takenAt: '2024-06-01T18:20:05+02:00', camera: 'Canon EOS R5' }
 */
export function exifDetails(
  bytes: Uint8Array,
  format: string,
  choice: ExifChoice = DEFAULT_EXIF_CHOICE,
): ExifDetails {
  if (choice === 'none') return {};
  const blocks = exifBlocks(bytes, format);
  const takenAt = first(blocks, ({ exposure }) => exposure && exposureTime(exposure));
  const camera = first(blocks, ({ main }) => main && cameraName(main));
  const place =
    choice === 'all' ? first(blocks, (block) => block.place && exifPlace(block.place)) : undefined;
  return { ...(takenAt && { takenAt }), ...(camera && { camera }), ...place };
}

function first<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
