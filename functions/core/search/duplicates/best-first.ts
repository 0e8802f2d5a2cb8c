/** What decides which of several duplicates is the best one to keep. */
export interface Quality {
  /** NaN where it is not known. */
  readonly pixels: number;
  readonly bytes: number;
  /** @default unknown */
  readonly sharpness?: number | undefined;
  readonly bucket: string;
  readonly key: string;
}

/** Most pixels first, then largest file, then sharpest; of equals the one whose name comes first. */
export function bestFirst(a: Quality, b: Quality): number {
  return (
    more(a.pixels, b.pixels) ||
    more(a.bytes, b.bytes) ||
    more(a.sharpness ?? Number.NaN, b.sharpness ?? Number.NaN) ||
    byName(a, b)
  );
}

/** What is not known comes last. */
function more(a: number, b: number): number {
  const [known, other] = [Number.isNaN(a) ? -1 : a, Number.isNaN(b) ? -1 : b];
  return other - known;
}

type Named = { readonly bucket: string; readonly key: string };

/** By bucket, then by key, by UTF-16 code units. */
export function byName(a: Named, b: Named): number {
  if (a.bucket !== b.bucket) return a.bucket < b.bucket ? -1 : 1;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return 0;
}
