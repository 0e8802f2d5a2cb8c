import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countDownTo,
  emptyLayout,
  expectedHeight,
  extendLayout,
  fillsItsTile,
  type LayoutOptions,
  type PlacedPicture,
} from '../../../functions/page/model/rows.ts';
import { neighbourInRows, placeOf, visibleSections } from '../../../functions/page/model/rows-in-view.ts';

const OPTIONS: LayoutOptions = { width: 1000, rowHeight: 200, gap: 10, captionHeight: 30, headingHeight: 50 };
const LANDSCAPE = { width: 300, height: 200 };
const noTitle = () => '';

function laidOut(
  pictures: readonly PlacedPicture[],
  titleOf: (index: number) => string = noTitle,
  options = OPTIONS,
) {
  return extendLayout(emptyLayout(options), pictures, titleOf);
}

const tilesOf = (layout: ReturnType<typeof laidOut>) =>
  layout.sections.flatMap(({ rows }) => rows.flatMap(({ tiles }) => tiles));

describe('rows of pictures', () => {
  it('fill the width, and leave the last row as it comes', () => {
    const layout = laidOut(Array.from({ length: 5 }, () => LANDSCAPE));
    const [full, last] = layout.sections[0]?.rows ?? [];
    expect(full?.tiles.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(full?.height).toBeCloseTo((1000 - 30) / 6);
    expect((full?.tiles.at(-1)?.left ?? 0) + (full?.tiles.at(-1)?.width ?? 0)).toBeCloseTo(1000);
    expect(last).toMatchObject({ height: 200, isOpen: true });
    expect(layout.height).toBeCloseTo((full?.height ?? 0) + 200 + 2 * (30 + 10));
  });

  it('stand under a heading for each title', () => {
    const layout = laidOut([LANDSCAPE, LANDSCAPE, LANDSCAPE], (index) => (index < 2 ? 'May' : 'April'));
    expect(layout.sections.map(({ title, top }) => [title, top])).toEqual([
      ['May', 0],
      ['April', 50 + 200 + 30 + 10],
    ]);
  });

  it('show panoramas and pictures of unknown size in a shape that fits', () => {
    const layout = laidOut([{ width: 10_000, height: 100 }, {}]);
    expect(tilesOf(layout).map(({ width }) => width)).toEqual([600, 200]);
    expect([{ width: 10_000, height: 100 }, {}, LANDSCAPE].map(fillsItsTile)).toEqual([false, false, true]);
  });

  const pictures = fc.array(
    fc.record({ width: fc.integer({ min: 0, max: 9_000 }), height: fc.integer({ min: 0, max: 9_000 }) }),
    { maxLength: 120 },
  );
  const days = fc.integer({ min: 1, max: 40 });

  it('hold each picture once, in order, inside the width and never on another one', () => {
    fc.assert(
      fc.property(pictures, days, fc.integer({ min: 200, max: 2_000 }), (all, day, width) => {
        const layout = laidOut(all, (index) => String(Math.floor(index / day)), { ...OPTIONS, width });
        expect(tilesOf(layout).map(({ index }) => index)).toEqual(all.map((_, index) => index));
        let bottom = 0;
        for (const { top, height, rows } of layout.sections) {
          expect(top).toBe(bottom);
          bottom = top + height;
          let rowBottom = OPTIONS.headingHeight;
          for (const row of rows) {
            expect(row.top).toBeCloseTo(rowBottom);
            expect(row.height).toBeLessThanOrEqual(OPTIONS.rowHeight + 1e-9);
            rowBottom = row.top + row.height + OPTIONS.captionHeight + OPTIONS.gap;
            let left = 0;
            for (const tile of row.tiles) {
              expect(tile.left).toBeCloseTo(left);
              left = tile.left + tile.width + OPTIONS.gap;
            }
            expect(left - OPTIONS.gap).toBeLessThanOrEqual(width + 1e-6);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are the same however the pictures come', () => {
    fc.assert(
      fc.property(pictures, days, fc.integer({ min: 1, max: 50 }), (all, day, step) => {
        const titleOf = (index: number) => String(Math.floor(index / day));
        const grown = emptyLayout(OPTIONS);
        for (let count = step; count < all.length + step; count += step)
          extendLayout(grown, all.slice(0, count), titleOf);
        expect(grown).toEqual(laidOut(all, titleOf));
      }),
      { numRuns: 200 },
    );
  });
});

describe('what a window shows', () => {
  const layout = laidOut(
    Array.from({ length: 4_000 }, () => LANDSCAPE),
    (index) => String(Math.floor(index / 37)),
  );

  it('is every row between two heights and few others', () => {
    for (const top of [0, 3_000, 77_777, layout.height - 900]) {
      const shown = visibleSections(layout, top, top + 900).flatMap(({ section, rows }) =>
        rows.map((row) => ({ top: section.top + row.top, bottom: section.top + row.top + row.height })),
      );
      const all = layout.sections.flatMap(({ top: from, rows }) =>
        rows.map((row) => ({ top: from + row.top, bottom: from + row.top + row.height })),
      );
      const within = all.filter((row) => row.bottom > top && row.top < top + 900);
      expect(shown).toEqual(expect.arrayContaining(within));
      expect(shown.length).toBeLessThanOrEqual(within.length + 2);
    }
  });

  it('finds a picture, and those above and below it', () => {
    expect(placeOf(layout, 0)?.top).toBe(50);
    expect(placeOf(layout, 4_000)).toBeUndefined();
    expect(neighbourInRows(layout, 0, 1)).toBe(4);
    expect(neighbourInRows(layout, 4, -1)).toBe(0);
    expect(neighbourInRows(layout, 0, -1)).toBeUndefined();
    // From the last row of a heading, one picture wide, into the next heading's first.
    expect(neighbourInRows(layout, 36, 1)).toBe(37);
    expect(neighbourInRows(layout, 3_999, 1)).toBeUndefined();
  });

  it('is as high as all pictures will be, judged by those that are there', () => {
    const some = laidOut(Array.from({ length: 400 }, () => LANDSCAPE));
    expect(expectedHeight(some, 400)).toBe(some.height);
    expect(expectedHeight(some, 800)).toBeCloseTo(2 * some.height, -1);
    expect(countDownTo(some, some.height / 2, 800)).toBe(400);
    expect(countDownTo(some, some.height * 1.5, 800)).toBe(600);
    expect(countDownTo(some, some.height * 9, 800)).toBe(800);
  });
});
