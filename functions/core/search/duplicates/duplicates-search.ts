import type { ImageRecord } from '../../records/image-record.ts';
import type { TagTable } from '../../records/tag-table.ts';
import type { ChangingCollection } from '../image-collection.ts';
import type { DuplicateKind, DuplicatesAnswer, DuplicatesRequest, ImageSearch } from '../image-search.ts';
import { readSearched, searchedImage } from '../searched-record.ts';
import { byName } from './best-first.ts';
import { type DuplicateGroups, duplicateGroups, type ImageName } from './duplicate-groups.ts';
import { duplicatesCursorOf, duplicatesCursorText } from './duplicates-cursor.ts';
import { verifiedGroups } from './verified-groups.ts';

export interface DuplicatesSearchParts {
  readonly collection: ChangingCollection;
  /** The table that the collection is of. */
  readonly table: Pick<TagTable, 'readBatch'>;
  /** Which images fit a query, as the collection has them. */
  readonly fitting: (query: string) => Promise<(image: ImageName) => boolean>;
  /** Waits until others have had their turn. @default the event loop's next turn */
  readonly pause?: (() => Promise<void>) | undefined;
}

type Group = readonly ImageName[];

/** A page is short rather than late where records say other things than the collection. */
const MAXIMUM_READS = 20;

/**
 * Finds duplicates. Groups come of the collection, and are found anew when it has changed and a first page is asked for;
 * what is shown of them is what the records say. They are in the order of their best images' names, so that a cursor
 * stays true.
 */
export function duplicatesSearch(parts: DuplicatesSearchParts): ImageSearch['duplicates'] {
  const groupsOf = rememberedGroups(parts);
  return async (request) => {
    const after = request.cursor === undefined ? undefined : duplicatesCursorOf(request.cursor, request);
    const { groups, unrelated } = await groupsOf(request.kind, after !== undefined);
    const fits = await parts.fitting(request.query ?? '');
    const fitting = groups.map((group) => group.filter(fits)).filter(({ length }) => length > 1);
    fitting.sort(([a], [b]) => (a && b ? byName(a, b) : 0));
    const rest = after ? fitting.filter(([best]) => best && byName(best, after) > 0) : fitting;
    const page = await verifiedPage(rest, request, unrelated, parts);
    return { ...page, total: fitting.length };
  };
}

async function verifiedPage(
  rest: readonly Group[],
  request: DuplicatesRequest,
  unrelated: number,
  { collection, table }: DuplicatesSearchParts,
): Promise<Pick<DuplicatesAnswer, 'groups' | 'cursor'>> {
  const { kind, limit } = request;
  const shown: DuplicatesAnswer['groups'][number][] = [];
  let next = 0;
  for (let reads = 0; reads < MAXIMUM_READS && next < rest.length && shown.length < limit; reads++) {
    const candidates = rest.slice(next, next + limit - shown.length);
    next += candidates.length;
    const records = await readSearched(candidates.flat(), table, true);
    const recordOf = new Map(records.map((record) => [nameOf(record), record]));
    for (const candidate of candidates) {
      const found = candidate.flatMap((image) => recordOf.get(nameOf(image)) ?? []);
      const groups = verifiedGroups(found, { kind, unrelated, modelDigest: collection.modelDigest });
      if (groups.flat().length < candidate.length) giveBack(found, collection);
      for (const group of groups) {
        shown.push({ kind, images: group.map((record) => searchedImage(record, {})) });
      }
    }
  }
  const last = rest[next - 1]?.[0];
  const isMore = next < rest.length && last !== undefined;
  return { groups: shown, ...(isMore && { cursor: duplicatesCursorText(last, request) }) };
}

/** The collection may not know yet what the records say. */
function giveBack(records: readonly ImageRecord[], collection: ChangingCollection): void {
  for (const record of records) collection.take(record);
}

function nameOf({ bucket, key }: ImageName): string {
  return `${bucket}/${key}`;
}

/** The last groups of each kind; those who ask meanwhile wait for the same ones. */
function rememberedGroups({ collection, pause = nextTurn }: DuplicatesSearchParts) {
  const kept = new Map<DuplicateKind, { version: number; groups: Promise<DuplicateGroups> }>();
  return async (kind: DuplicateKind, isNextPage: boolean): Promise<DuplicateGroups> => {
    const last = kept.get(kind);
    if (last && (isNextPage || last.version === collection.version)) return last.groups;
    const groups = duplicateGroups(kind, collection, pause);
    const entry = { version: collection.version, groups };
    kept.set(kind, entry);
    groups.catch(() => {
      if (kept.get(kind) === entry) kept.delete(kind);
    });
    return groups;
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
