/** `avis` and `avif`. */
const SEQUENCE_BRAND = [0x61, 0x76, 0x69, 0x73];
const STILL_BRAND = [0x61, 0x76, 0x69, 0x66];
const MAJOR_BRAND_AT = 8;

/**
 * The same file under the brand of a still picture: libvips refuses animations by their major brand, `avis`, though they
 * have a picture as others do, which is their first.
 */
export function stillAvif(bytes: Uint8Array): Uint8Array {
  if (!SEQUENCE_BRAND.every((letter, index) => bytes[MAJOR_BRAND_AT + index] === letter)) return bytes;
  const still = Uint8Array.from(bytes);
  still.set(STILL_BRAND, MAJOR_BRAND_AT);
  return still;
}
