import { thumbnail } from '../../../adapters/sharp/thumbnail.ts';
import { CliptagError } from '../../../core/errors.ts';
import { type Confusion, confusions } from '../../../core/evaluation/confusion.ts';
import type { JudgedPicture } from './judged-pictures.ts';

const PICTURES_PER_PAIR = 4;
/** Limits of a whole page: its file stays below 5 MB. */
const PICTURES_PER_PAGE = 200;
const BYTES_PER_PAGE = 3_000_000;
/** In pixels; twice what the page shows, for fine screens. */
const LONGEST_SIDE = 240;

/** A picture that the best label is wrong for, as a page shows it. */
export interface ErrorPicture {
  readonly judged: JudgedPicture;
  /** A small picture, `data:image/webp;base64,…`. */
  readonly dataUri: string;
}

export interface ErrorPair {
  readonly label: string;
  readonly predicted: string;
  /** All pictures of this mistake; `pictures` shows the surest of them. */
  readonly count: number;
  readonly pictures: readonly ErrorPicture[];
}

/**
 * Reads the pictures that went wrong again: those of the most frequent confusions, the surest mistakes first.
 *
 * @param results the judged pictures of each result; the page's room is divided among them
 */
export async function errorPictures(
  results: ReadonlyArray<readonly JudgedPicture[]>,
): Promise<ReadonlyArray<readonly ErrorPair[]>> {
  const pages: ErrorPair[][] = [];
  for (const judged of results) {
    const room = {
      pictures: Math.floor(PICTURES_PER_PAGE / results.length),
      bytes: Math.floor(BYTES_PER_PAGE / results.length),
    };
    const pairs: ErrorPair[] = [];
    for (const confusion of confusions(judged)) {
      if (room.pictures <= 0 || room.bytes <= 0) break;
      pairs.push(await errorPair(confusion, room));
    }
    pages.push(pairs.filter(({ pictures }) => pictures.length > 0));
  }
  return pages;
}

async function errorPair(
  { label, predicted, answers }: Confusion<JudgedPicture>,
  room: { pictures: number; bytes: number },
): Promise<ErrorPair> {
  const pictures: ErrorPicture[] = [];
  for (const judged of answers.slice(0, Math.min(PICTURES_PER_PAIR, room.pictures))) {
    const bytes = await smallPicture(judged);
    if (!bytes) continue;
    if (bytes.length > room.bytes) {
      room.bytes = 0;
      break;
    }
    room.pictures -= 1;
    room.bytes -= bytes.length;
    pictures.push({ judged, dataUri: `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}` });
  }
  return { label, predicted, count: answers.length, pictures };
}

/** Undefined for a picture that has gone since it was judged. */
async function smallPicture({ picture }: JudgedPicture): Promise<Uint8Array | undefined> {
  try {
    return await thumbnail(await picture.read(), LONGEST_SIDE);
  } catch (error) {
    if (error instanceof CliptagError) return undefined;
    throw error;
  }
}
