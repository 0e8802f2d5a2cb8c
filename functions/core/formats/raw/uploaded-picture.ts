import { type AcceptedFormat, acceptedFormat } from '../image-format.ts';
import { cameraRaw } from './camera-raw.ts';
import { rawPreview } from './raw-preview.ts';

/** The picture that an upload is, or holds. */
export interface UploadedPicture {
  readonly bytes: Uint8Array;
  /** Of the picture. */
  readonly format: AcceptedFormat;
  /** Of the file that holds it, where that is another: `nef`. */
  readonly container?: string;
  /** EXIF orientation that the file tells of the picture; the picture itself tells where this is missing. */
  readonly orientation?: number | undefined;
}

/**
 * The picture to decode: the upload itself, or the preview that a camera RAW file holds.
 *
 * @throws {ImageFault} for bytes that are, or hold, no accepted picture
 */
export function uploadedPicture(bytes: Uint8Array): UploadedPicture {
  const raw = cameraRaw(bytes);
  if (!raw) return { bytes, format: acceptedFormat(bytes) };
  return { ...rawPreview(bytes, raw), container: raw.format };
}
