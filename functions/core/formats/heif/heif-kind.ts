import { type HeifMeta, heifMeta } from './heif-items.ts';
import { boxesIn } from './iso-boxes.ts';

/** What a file of the HEIF family is: a format that is decoded, or one that is only known by name. */
export type HeifKind =
  | { readonly format: 'avif' | 'heic'; readonly name?: undefined }
  | { readonly format?: undefined; readonly name: string };

/** Brands of the family (https://mp4ra.org/registered-types/brands, ISO/IEC 23008-12). */
const AVIF_BRANDS = ['avif', 'avis', 'avio'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const OTHER_BRANDS = [
  'mif1',
  'mif2',
  'msf1',
  'miaf',
  'heif',
  'avci',
  'avcs',
  'jpeg',
  'jpgs',
  'j2ki',
  'j2is',
  'vvic',
  'evbi',
];
/** Pictures whose header is one small box in place of many. */
const LOW_OVERHEAD_BRAND = 'mif3';

/** What the coding of a picture is called, by the type of its item. */
const CODINGS: Readonly<Record<string, string>> = {
  avc1: 'AVC',
  evc1: 'EVC',
  jpeg: 'JPEG',
  j2k1: 'JPEG 2000',
  lhv1: 'layered HEVC',
  mski: 'masks',
  unci: 'uncompressed samples',
  vvc1: 'VVC',
};

/** Pictures that are made of others: of tiles, of another one, of layers, of a base and its gain map. */
const DERIVED = ['grid', 'iden', 'iovl', 'tmap'];
/** As deep as libheif follows them. */
const MAXIMUM_DEPTH = 8;

/**
 * Tells what a file of the HEIF family is by the picture in it, since brands say what readers may find and not what there is.
 *
 * @param brands of the file, the major one first
 * @returns undefined when it is no HEIF
 */
export function heifKind(bytes: Uint8Array, brands: readonly string[]): HeifKind | undefined {
  const has = (family: readonly string[]) => brands.some((brand) => family.includes(brand));
  if (!has([...AVIF_BRANDS, ...HEIC_BRANDS, ...OTHER_BRANDS, LOW_OVERHEAD_BRAND])) return undefined;
  const family = has(AVIF_BRANDS) ? 'AVIF' : 'HEIF';
  const boxes = topLevelTypes(bytes);
  if (boxes.includes('mini')) return { name: `${family} of the low-overhead kind` };
  const coding = pictureCoding(bytes);
  if (coding === 'av01') return { format: 'avif' };
  if (coding === 'hvc1') return { format: 'heic' };
  if (coding && coding in CODINGS) return { name: `HEIF coded as ${CODINGS[coding]}` };
  const isFilm = coding === undefined && boxes.includes('moov');
  if (isFilm) return { name: `${family} sequence without a still picture` };
  // What is left is not whole, which its layout finds.
  return { format: family === 'AVIF' ? 'avif' : 'heic' };
}

function topLevelTypes(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return boxesIn(view, 0, view.byteLength).map(({ type }) => type);
}

/** The item type of the picture, or of the first one that it is made of; undefined when there is none. */
function pictureCoding(bytes: Uint8Array): string | undefined {
  const meta = heifMeta(bytes);
  return meta?.primary === undefined ? undefined : codingOf(meta, meta.primary);
}

function codingOf({ items, derivations }: HeifMeta, primary: number): string | undefined {
  let id: number | undefined = primary;
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    const type = items.find((item) => item.id === id)?.type;
    if (type === undefined || !DERIVED.includes(type)) return type;
    id = derivations.find(({ from }) => from === id)?.to;
  }
  return undefined;
}
