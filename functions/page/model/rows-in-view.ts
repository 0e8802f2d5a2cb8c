import type { Layout, LayoutOptions, Row, Section, Tile } from './rows.ts';

/** What of a layout is between two heights: sections, each with its rows. */
export interface VisibleSection {
  readonly section: Section;
  readonly rows: readonly Row[];
}

export function visibleSections(layout: Layout, top: number, bottom: number): readonly VisibleSection[] {
  const { sections, options } = layout;
  const visible: VisibleSection[] = [];
  for (let at = firstEndingBelow(sections, top); at < sections.length; at += 1) {
    const section = sections[at];
    if (section === undefined || section.top > bottom) break;
    visible.push({ section, rows: rowsBetween(section, top - section.top, bottom - section.top, options) });
  }
  return visible;
}

function rowsBetween(section: Section, top: number, bottom: number, options: LayoutOptions): readonly Row[] {
  const from = firstIndex(
    section.rows.length,
    (at) => (section.rows[at]?.top ?? 0) + (section.rows[at]?.height ?? 0) + options.captionHeight > top,
  );
  const to = firstIndex(section.rows.length, (at) => (section.rows[at]?.top ?? 0) > bottom);
  return section.rows.slice(from, to);
}

function firstEndingBelow(sections: readonly Section[], top: number): number {
  return firstIndex(sections.length, (at) => (sections[at]?.top ?? 0) + (sections[at]?.height ?? 0) > top);
}

/** The first of `length` places for which the condition, false and then true, holds. */
function firstIndex(length: number, isTrue: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a picture stands, from the gallery's top. */
export interface Place {
  readonly top: number;
  readonly height: number;
  readonly tile: Tile;
}

export function placeOf(layout: Layout, index: number): Place | undefined {
  const at = locate(layout, index);
  return at && { top: at.section.top + at.row.top, height: at.row.height, tile: at.tile };
}

/** The picture above (`-1`) or below (`1`) another, as the eye would find it. */
export function neighbourInRows(layout: Layout, index: number, step: 1 | -1): number | undefined {
  const at = locate(layout, index);
  if (at === undefined) return undefined;
  const rowAt = at.section.rows.indexOf(at.row) + step;
  const sectionAt = layout.sections.indexOf(at.section);
  const row = at.section.rows[rowAt] ?? layout.sections[sectionAt + step]?.rows.at(step === 1 ? 0 : -1);
  if (row === undefined) return undefined;
  const middle = at.tile.left + at.tile.width / 2;
  return (row.tiles.find(({ left, width }) => left + width >= middle) ?? row.tiles.at(-1))?.index;
}

function locate({ sections }: Layout, index: number) {
  const section =
    sections[firstIndex(sections.length, (at) => lastIndexIn(sections[at]?.rows.at(-1)) >= index)];
  const rows = section?.rows ?? [];
  const row = rows[firstIndex(rows.length, (at) => lastIndexIn(rows[at]) >= index)];
  const tile = row?.tiles.find((one) => one.index === index);
  return section && row && tile ? { section, row, tile } : undefined;
}

function lastIndexIn(row: Row | undefined): number {
  return row?.tiles.at(-1)?.index ?? -1;
}
