import { computed, signal } from '@preact/signals';
import type { ApiImage, SearchAnswerBody } from '../../api/contract.ts';
import { type Address, type ImageName, nameOf } from '../model/address.ts';
import { hasFreeText } from '../model/query-text.ts';
import { address } from './address.ts';
import * as api from './api.ts';

/** The pictures that the page's query has found, page by page as they are scrolled to. */
export interface Answer {
  /** Counts the answers: another number is another answer. */
  readonly number: number;
  readonly state: 'loading' | 'ready' | 'failed';
  /** Grows at its end; a picture whose record changes is replaced. */
  readonly images: readonly ApiImage[];
  /** Another number means that places have changed, and not only tags. */
  readonly arrangement: number;
  /** All that come down to the last page. */
  readonly total: number;
  /** How many of them are beyond the relevant ones, or would be if they were shown. */
  readonly beyond: number;
  /** The query as the server understood it. */
  readonly understood: string;
  readonly facets: readonly api.LabelCount[];
  readonly cursor?: string | undefined;
  readonly isLoadingMore: boolean;
  readonly fault?: Error | undefined;
}

const FIRST_PAGE = 120;
const NEXT_PAGE = 500;

const NOTHING: Answer = {
  ...{ number: 0, state: 'loading', images: [], arrangement: 0, total: 0, beyond: 0 },
  ...{ understood: '', facets: [] },
  isLoadingMore: false,
};

export const answer = signal<Answer>(NOTHING);

/** Pictures that came in since, and are not shown yet. */
export const newcomers = signal(0);

/** A picture from elsewhere that others are compared with; it is in no address, and reloading forgets it. */
export const sample = signal<File | undefined>(undefined);

/** Whether the answer says how well each picture fits. */
export const isScored = computed(() => answer.value.images[0]?.score !== undefined);

/** Whether only some pictures are relevant, and the rest may follow. */
export const isJudged = computed(
  () =>
    address.value.similar !== undefined || sample.value !== undefined || hasFreeText(answer.value.understood),
);

/** Whether pictures stand in the order of their time, so that dates make headings. */
export const isByTime = computed(() => {
  const { order, similar } = address.value;
  if (similar !== undefined || sample.value !== undefined) return false;
  return order === undefined ? !isScored.value : order === 'newest' || order === 'oldest';
});

let places = new Map<string, number>();
let asking = new AbortController();

/** Asks anew. What stands stays until the answer is there, unless `isFresh`. */
export async function find({ isFresh = true } = {}): Promise<void> {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const before = answer.value;
  answer.value = {
    ...before,
    state: isFresh ? 'loading' : before.state,
    isLoadingMore: false,
    fault: undefined,
  };
  newcomers.value = 0;
  try {
    const found = await pageOf(address.value, { limit: FIRST_PAGE, wantsFacets: true }, signal);
    places = new Map(found.images.map((image, at) => [nameOf(image), at]));
    answer.value = {
      ...{ number: before.number + 1, state: 'ready', images: found.images, arrangement: 0 },
      ...{ ...countsOf(found), understood: found.understood, cursor: found.cursor, isLoadingMore: false },
      facets: found.facets ?? countedLabels(found.images),
    };
  } catch (error) {
    if (!signal.aborted)
      answer.value = { ...NOTHING, number: before.number + 1, state: 'failed', fault: asError(error) };
  }
}

/** Loads on until there are `count` pictures, or all. */
export async function loadDownTo(count: number): Promise<void> {
  const { signal } = asking;
  if (answer.value.isLoadingMore || answer.value.state !== 'ready') return;
  while (!signal.aborted && answer.value.cursor !== undefined && answer.value.images.length < count) {
    answer.value = { ...answer.value, isLoadingMore: true };
    try {
      const asked = { limit: NEXT_PAGE, cursor: answer.value.cursor };
      const found = await pageOf(address.value, asked, signal);
      append(found);
    } catch (error) {
      if (!signal.aborted) answer.value = { ...answer.value, isLoadingMore: false, fault: asError(error) };
      return;
    }
  }
  if (!signal.aborted) answer.value = { ...answer.value, isLoadingMore: false };
}

/** Labels of pictures, most frequent first. Of similar pictures nobody else counts them. */
export function countedLabels(images: readonly ApiImage[]): readonly api.LabelCount[] {
  const counts = new Map<string, api.LabelCount>();
  for (const { set, label } of images.flatMap(({ tags }) => tags)) {
    const name = JSON.stringify([set, label]);
    counts.set(name, { set, label, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** A picture that was written meanwhile may come a second time. */
function append(answered: SearchAnswerBody): void {
  const { images } = answer.value;
  const { images: found, cursor } = answered;
  const added = found.filter((image) => !places.has(nameOf(image)));
  added.forEach((image, at) => {
    places.set(nameOf(image), images.length + at);
  });
  answer.value = { ...answer.value, images: images.concat(added), ...countsOf(answered), cursor };
}

/** The server counts those beyond apart, shown or not. */
function countsOf({ total, beyond = 0 }: SearchAnswerBody): Pick<Answer, 'total' | 'beyond'> {
  return { total: total + (address.value.isAll ? beyond : 0), beyond };
}

function pageOf(
  { query, order, isAll, similar }: Address,
  asked: { limit: number; cursor?: string | undefined; wantsFacets?: boolean },
  signal: AbortSignal,
): Promise<SearchAnswerBody> {
  const parameters = { query, order, isAll, ...asked };
  if (sample.value !== undefined) return api.similarToFile(sample.value, parameters, signal);
  return similar === undefined ? api.search(parameters, signal) : api.similar(similar, parameters, signal);
}

/** Where a picture stands in the answer. */
export function placeInAnswer(name: ImageName): number | undefined {
  return places.get(nameOf(name));
}

/** Shows a picture as it is now, where it stands; answers whether it stands anywhere. */
export function showChanged(image: ApiImage): boolean {
  const at = places.get(nameOf(image));
  const { images, arrangement } = answer.value;
  const before = at === undefined ? undefined : images[at];
  if (at === undefined || before === undefined) return false;
  if (image.status === 'deleted') {
    removeAt(at);
    return true;
  }
  const isMoved =
    before.width !== image.width || before.height !== image.height || before.takenAt !== image.takenAt;
  const { score, isBeyond } = before;
  const shown = {
    ...image,
    ...(score !== undefined && { score }),
    ...(isBeyond !== undefined && { isBeyond }),
  };
  answer.value = {
    ...answer.value,
    images: images.with(at, shown),
    arrangement: arrangement + (isMoved ? 1 : 0),
  };
  return true;
}

function removeAt(at: number): void {
  const { images, total, arrangement } = answer.value;
  const left = images.toSpliced(at, 1);
  places = new Map(left.map((image, place) => [nameOf(image), place]));
  answer.value = {
    ...answer.value,
    images: left,
    total: Math.max(0, total - 1),
    arrangement: arrangement + 1,
  };
}

/** Counts labels and pictures anew, and leaves the pictures where they are. */
export async function countAnew(): Promise<void> {
  const { signal } = asking;
  try {
    const asked = { limit: 1, wantsFacets: true };
    const found = await pageOf(address.value, asked, signal);
    const { facets } = found;
    if (!signal.aborted) answer.value = { ...answer.value, ...countsOf(found), ...(facets && { facets }) };
  } catch {
    // The counts stay as they are; the connection tells what is wrong.
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
