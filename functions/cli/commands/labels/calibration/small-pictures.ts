import pMap from 'p-map';
import { thumbnail } from '../../../../adapters/sharp/thumbnail.ts';
import { CliptagError } from '../../../../core/errors.ts';
import type { CalibratedLabel } from './calibrated-label.ts';

/** Small pictures for a page, as far as it has room for them. */
export interface SmallPictures {
  /** `data:image/webp;base64,…`; undefined for a picture that is only named. */
  dataUri(label: CalibratedLabel, name: string): string | undefined;
  /** Labels whose pictures there was room for. */
  readonly shownLabels: number;
  /** Labels with pictures near their thresholds. */
  readonly wantedLabels: number;
}

/** Twice as wide as they are shown, for fine screens, in pixels. */
const LONGEST_SIDE = 200;
/** All of a page together, each as often as it is shown: they become a third more in base64. */
const MAXIMUM_BYTES = 1_500_000;
const PICTURES_AT_ONCE = 8;

export interface SmallPicturesOptions {
  /** @default {@link MAXIMUM_BYTES} */
  readonly maximumBytes?: number;
}

/**
 * Reads the pictures near the thresholds and makes them small, label by label, until the page is full: the rest is named.
 *
 * @param read gives a picture by its name; undefined where it cannot be had
 */
export async function smallPictures(
  labels: readonly CalibratedLabel[],
  read: (name: string) => Promise<Uint8Array | undefined>,
  { maximumBytes = MAXIMUM_BYTES }: SmallPicturesOptions = {},
): Promise<SmallPictures> {
  const found = new Map<string, Promise<string | undefined>>();
  const uriOf = (name: string) => {
    const uri = found.get(name) ?? smallUri(name, read);
    found.set(name, uri);
    return uri;
  };
  const wanted = labels.filter(({ above, below }) => above.length + below.length > 0);
  const shown = new Map<CalibratedLabel, ReadonlyMap<string, string | undefined>>();
  let left = (maximumBytes * 4) / 3;
  for (const label of wanted) {
    const names = [...label.above, ...label.below].map(({ name }) => name);
    const uris = await pMap(names, uriOf, { concurrency: PICTURES_AT_ONCE });
    left -= uris.reduce((sum, uri) => sum + (uri?.length ?? 0), 0);
    if (left < 0) break;
    shown.set(label, new Map(names.map((name, i) => [name, uris[i]])));
  }
  return {
    dataUri: (label, name) => shown.get(label)?.get(name),
    shownLabels: shown.size,
    wantedLabels: wanted.length,
  };
}

async function smallUri(
  name: string,
  read: (name: string) => Promise<Uint8Array | undefined>,
): Promise<string | undefined> {
  try {
    const bytes = await read(name);
    const small = bytes && (await thumbnail(bytes, LONGEST_SIDE));
    return small && `data:image/webp;base64,${Buffer.from(small).toString('base64')}`;
  } catch (error) {
    // Gone, out of reach or no picture any more: it is named all the same.
    if (error instanceof CliptagError) return undefined;
    throw error;
  }
}
