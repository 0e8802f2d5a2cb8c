import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageRecord, imageRecordOf } from '../../../../functions/core/records/image-record.ts';
import { changingCollection } from '../../../../functions/core/search/collection/changing-collection.ts';
import type { LabelCount } from '../../../../functions/core/search/image-collection.ts';
import type {
  SearchAnswer,
  SearchedImage,
  SearchRequest,
} from '../../../../functions/core/search/image-search.ts';
import { InvalidQuery } from '../../../../functions/core/search/language/invalid-query.ts';
import type { Query } from '../../../../functions/core/search/language/query.ts';
import { conditionsOf, givesScores } from '../../../../functions/core/search/language/query-parts.ts';
import { queryText } from '../../../../functions/core/search/language/query-text.ts';
import { imageName, recordCollection } from '../../../../functions/core/search/record-collection.ts';
import { type NaiveHit, NaiveSearch } from './naive-search.ts';
import { pictureName, pictureState, randomPictures, similarToFull } from './random-pictures.ts';
import { randomQueries, VOCABULARY } from './random-queries.ts';
import { MODEL, type Picture, type SearchedWorld, searchedWorld } from './searched-world.ts';

/** Cases; CLIPTAG_PROPERTY_RUNS asks for more, as of those of tagImage. */
const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 4000) / 16);

const orders = fc.constantFrom(
  undefined,
  'best' as const,
  'newest' as const,
  'oldest' as const,
  'name' as const,
);
/** One label of the vocabulary has a name that pictures of the random worlds do not carry. */
const isUsable = (query: Query) => !queryText(query, VOCABULARY).includes('quoted');
const queries = randomQueries({ similarTo: similarToFull }).filter(isUsable);

/** In columns, embeddings are rounded, and so would be the edge of relevance. */
const COLLECTIONS = [
  ['with exact embeddings', queries, () => recordCollection(MODEL)],
  [
    'in columns',
    randomQueries({ hasVectors: false }).filter(isUsable),
    () => changingCollection({ modelDigest: MODEL, embeddingSize: 4 }),
  ],
] as const;

function recordsOf({ table }: SearchedWorld): readonly ImageRecord[] {
  return table.items().map(imageRecordOf);
}

const shownAs = ({ bucket, key, score, isBeyond = false }: SearchedImage) =>
  [imageName({ bucket, key }), score === undefined ? undefined : Number(score.toFixed(9)), isBeyond] as const;
const hitAs = ({ record, score, isBeyond }: NaiveHit) =>
  [imageName(record), score === undefined ? undefined : Number(score.toFixed(9)), isBeyond] as const;

function countedBy(hits: readonly NaiveHit[]): readonly LabelCount[] {
  const counts = new Map<string, LabelCount>();
  for (const { set, label } of hits.flatMap(({ record }) => record.tags)) {
    const key = `${set}:${label}`;
    counts.set(key, { set, label, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.entries()]
    .sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))
    .map(([, count]) => count);
}

/** False where texts cancel each other out, which is an error of the query. */
async function isAnswered(answer: () => Promise<void>): Promise<boolean> {
  try {
    await answer();
    return true;
  } catch (error) {
    if (error instanceof InvalidQuery && error.expected.includes('cancel')) return false;
    throw error;
  }
}

describe('openImageSearch', () => {
  it.each(COLLECTIONS)(
    'answers as a naive search does, page by page, with facets and totals: a collection %s',
    async (_kind, queries, collectionOf) => {
      let found = 0;
      await fc.assert(
        fc.asyncProperty(
          randomPictures,
          queries,
          orders,
          fc.integer({ min: 1, max: 9 }),
          fc.boolean(),
          async (pictures, query, order, limit, isAll) => {
            const world = await searchedWorld(pictures, { collection: collectionOf() });
            const naive = new NaiveSearch(recordsOf(world));
            const request = { query: queryText(query, VOCABULARY), order, limit, isAll, wantsFacets: true };
            await isAnswered(async () => {
              const first = await world.search.search(request);
              const pages = [first, ...(await pagesAfter(world, request, first))];
              const hits = naive.hits(query, isAll, order ?? (givesScores(query) ? 'best' : 'newest'));
              expect(pages.flatMap(({ images }) => images.map(shownAs))).toEqual(hits.map(hitAs));
              expect(pages.slice(0, -1).map(({ images }) => images.length)).toEqual(
                pages.slice(1).map(() => limit),
              );
              const relevant = hits.filter(({ isBeyond }) => !isBeyond);
              for (const { total, facets, beyond, understood } of pages) {
                expect(total).toBe(relevant.length);
                expect(facets).toEqual(countedBy(relevant));
                expect(understood).toBe(request.query);
                if (isAll && beyond !== undefined) expect(beyond).toBe(hits.length - relevant.length);
              }
              found += hits.length;
            });
          },
        ),
        { numRuns: RUNS },
      );
      expect(found).toBeGreaterThan(RUNS);
    },
  );

  it.each(COLLECTIONS)(
    'shows what stood all the time exactly once and in order, and nothing that never was, whatever is written meanwhile: a collection %s',
    async (_kind, queries, collectionOf) => {
      const write = fc.record({ name: pictureName, state: pictureState, heard: fc.boolean() });
      let untouchedShown = 0;
      let touchedShown = 0;
      await fc.assert(
        fc.asyncProperty(
          randomPictures,
          queries,
          orders,
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          fc.array(fc.array(write, { maxLength: 3 }), { maxLength: 12 }),
          async (pictures, query, order, limit, isAll, rounds) => {
            const touched = new Set<string>();
            const states = new Map<string, ImageRecord>();
            const remember = (record: ImageRecord) =>
              states.set(`${imageName(record)} ${record.recordedAt}`, record);
            // The first reads are of the images that others are similar to; relevance is found after them.
            let round = -conditionsOf(query).filter(({ kind }) => kind === 'similar').length;
            const change = async ({ put }: Pick<SearchedWorld, 'put'>) => {
              for (const { name, state, heard } of rounds[round++] ?? []) {
                touched.add(imageName(name));
                remember(await put({ ...state, ...name } satisfies Picture, heard));
              }
            };
            const world = await searchedWorld(pictures, { beforeRead: change, collection: collectionOf() });
            for (const record of recordsOf(world)) remember(record);
            const naive = new NaiveSearch(recordsOf(world));
            const sorting = order ?? (givesScores(query) ? 'best' : 'newest');
            const request = { query: queryText(query, VOCABULARY), order, limit, isAll };
            await isAnswered(async () => {
              const first = await world.search.search(request);
              const before = naive.hits(query, isAll, sorting);
              const pages = [first, ...(await pagesAfter(world, request, first, () => change(world)))];
              const images = pages.flatMap((page) => page.images);
              const untouched = (image: { bucket: string; key: string }) => !touched.has(imageName(image));
              expect(images.filter(untouched).map(shownAs)).toEqual(
                before.filter(({ record }) => untouched(record)).map(hitAs),
              );
              for (const image of images) {
                const record = states.get(`${imageName(image)} ${image.recordedAt}`);
                expect(record && naive.hits(query, isAll, sorting, [record]).map(hitAs)).toEqual([
                  shownAs(image),
                ]);
              }
              untouchedShown += images.filter(untouched).length;
              touchedShown += images.length - images.filter(untouched).length;
            });
          },
        ),
        { numRuns: RUNS },
      );
      expect(untouchedShown).toBeGreaterThan(RUNS / 2);
      expect(touchedShown).toBeGreaterThan(RUNS / 20);
    },
  );
});

/** The pages after one; what happens before each of them is up to the caller. */
async function pagesAfter(
  { search }: SearchedWorld,
  request: SearchRequest,
  { cursor }: SearchAnswer,
  before: () => Promise<void> = async () => {},
): Promise<readonly SearchAnswer[]> {
  const pages: SearchAnswer[] = [];
  for (let next = cursor; next !== undefined; ) {
    await before();
    const page = await search.search({ ...request, cursor: next });
    pages.push(page);
    next = page.cursor;
    expect(pages.length).toBeLessThan(200);
  }
  return pages;
}
