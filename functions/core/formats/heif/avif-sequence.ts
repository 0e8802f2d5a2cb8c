/** `avif`. */
const STILL_BRAND = [0x61, 0x76, 0x69, 0x66];
const MAJOR_BRAND_AT = 8;

/**
 * An AVIF under the brand of a still picture: libvips refuses animations by their major brand, `avis`, though they have a
 * picture as others do, which is their first; and `miaf`, which is true of still pictures too.
 */
export function stillAvif(bytes: Uint8Array): Uint8Array {
  if (STILL_BRAND.every((letter, index) => bytes[MAJOR_BRAND_AT + index] === letter)) return bytes;
  const still = Uint8Array.from(bytes);
  still.set(STILL_BRAND, MAJOR_BRAND_AT);
  return still;
}
