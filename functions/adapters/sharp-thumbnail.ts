import sharp from 'sharp';

/** A small WebP version of a picture that {@link sharpPixelDecoder} has read before, upright, to look at. */
export async function thumbnail(bytes: Uint8Array, longestSide: number): Promise<Uint8Array> {
  return sharp(bytes, { failOn: 'none' })
    .rotate()
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80 })
    .toBuffer();
}
