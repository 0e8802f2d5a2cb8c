import type { ImageRecord } from '../records/image-record.ts';
import type { TagTable } from '../records/tag-table.ts';
import type { Evaluation } from './evaluation.ts';
import { type CheckedQuery, checkedPositions } from './image-check.ts';
import type { ChangingCollection, LabelCount } from './image-collection.ts';
import type { SearchedImage, SearchOrder } from './image-search.ts';
import { imageName } from './record-collection.ts';
import { readSearched, readWhole, searchedImage } from './searched-record.ts';
import { comparePositions, type SortPosition } from './sort-position.ts';
import type { Verdict } from './verdict.ts';

export interface PageRequest {
  readonly checked: Omit<CheckedQuery, 'relevances' | 'modelDigest'>;
  readonly order: SearchOrder;
  readonly limit: number;
  readonly after: SortPosition | undefined;
  /** The query's evaluation on the collection as it is now. */
  readonly evaluation: () => Evaluation;
  readonly wantsFacets: boolean;
}

export interface PageParts {
  readonly collection: ChangingCollection;
  readonly table: Pick<TagTable, 'readBatch'>;
}

export interface AnswerPage {
  readonly images: readonly SearchedImage[];
  /** Where the next page begins, if there may be one. */
  readonly end: SortPosition | undefined;
  readonly evaluation: Evaluation;
  readonly facets: readonly LabelCount[] | undefined;
}

/** A page is short rather than late where the collection is far behind its table. */
const MAXIMUM_READS = 20;
/** Verdicts that differ by more are of a record that has changed, and not of a rounded cosine. */
const ROUNDING: Verdict = 0.02;

/**
 * The next images of an answer. The collection says which ones to look at; whether each fits, and its score, is said by
 * its own record. What has changed meanwhile goes back to the collection, and is shown here unless it now stands further on.
 */
export async function answerPage(request: PageRequest, parts: PageParts): Promise<AnswerPage> {
  const { checked, order, limit } = request;
  const shown = new Map<string, { readonly position: SortPosition; readonly record: ImageRecord }>();
  const compare = comparePositions(order);
  let evaluation = request.evaluation();
  let end = request.after;
  let isMore = true;
  for (let reads = 0; reads < MAXIMUM_READS && isMore && shown.size < limit; reads++) {
    const wanted = limit - shown.size;
    // One more than is wanted tells whether there is another page.
    const candidates = evaluation.next(end, wanted + 1, order, checked.isAll);
    isMore = candidates.length > wanted;
    const positions = candidates.slice(0, wanted);
    const last = positions.at(-1);
    if (!last) break;
    const records = await readSearched(positions, parts.table, checked.vectors.size > 0);
    const { relevances } = evaluation;
    const judged = { ...checked, relevances, modelDigest: parts.collection.modelDigest };
    const standing = checkedPositions(records, judged);
    const found = records.map((record, i) => ({ record, position: standing[i] }));
    await giveBack(changedImages(positions, found), parts);
    evaluation = request.evaluation();
    for (const { record, position } of found) {
      if (!position) continue;
      const now = evaluation.positionOf(record);
      const standsFurtherOn = now !== undefined && compare(now, last) > 0;
      if (!standsFurtherOn) shown.set(imageName(record), { position, record });
    }
    end = last;
  }
  const images = [...shown.values()].sort((a, b) => compare(a.position, b.position));
  return {
    images: images.map(({ record, position: { verdict, isBeyond } }) =>
      searchedImage(record, {
        ...(verdict >= 0 && { score: Math.min(1, verdict) }),
        ...(isBeyond && { isBeyond }),
      }),
    ),
    end: isMore ? end : undefined,
    evaluation,
    // Counted before anything else has its turn, for an evaluation is true of the collection as it is.
    facets: request.wantsFacets ? evaluation.facets() : undefined,
  };
}

type Found = { readonly record: ImageRecord; readonly position: SortPosition | undefined };

/** The images whose records say something else than the collection. */
function changedImages(positions: readonly SortPosition[], found: readonly Found[]): readonly ImageRecord[] {
  const before = new Map(positions.map((position) => [imageName(position), position]));
  return found.flatMap(({ record, position: now }) => {
    const then = before.get(imageName(record));
    const isSame =
      then &&
      now &&
      Math.abs(then.verdict - now.verdict) <= ROUNDING &&
      Math.abs(then.time - now.time) < 1000;
    return isSame ? [] : [record];
  });
}

/** Reads them anew, with all that a collection has of an image. */
async function giveBack(images: readonly ImageRecord[], { collection, table }: PageParts): Promise<void> {
  if (images.length === 0) return;
  for (const record of await readWhole(images, table)) collection.take(record);
}
