/** What the decoders of libvips call themselves in their messages, by the format that Cliptag names. */
const DECODERS: Readonly<Record<string, RegExp>> = {
  jpeg: /VipsJpeg|jpegload|JPEG datastream/i,
  png: /pngload|spngload|libspng|vipspng/i,
  webp: /webp2vips|webpload/i,
  avif: /heifload|heif:/i,
  gif: /gifload|nsgif/i,
  tiff: /tiff2vips|tiffload|TIFF/,
  svg: /svgload|librsvg/i,
};

/** Decoders that speak in the reasons of another format, whose strips and tiles they decode. */
const GUESTS: Readonly<Record<string, readonly string[]>> = { tiff: ['jpeg', 'webp'] };

/** The format whose decoder speaks in the reason of a picture of another format; undefined where all is well. */
export function foreignDecoder(reason: string): string | undefined {
  const [, own, words] = /image of format (\w+)\b[^:]*: (.*)/s.exec(reason) ?? [];
  if (own === undefined || words === undefined) return undefined;
  const expected = [own, ...(GUESTS[own] ?? [])];
  return Object.entries(DECODERS).find(
    ([format, name]) => !expected.includes(format) && name.test(words),
  )?.[0];
}
