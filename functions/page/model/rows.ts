/**
 * Where each picture of the gallery stands: rows of pictures that keep their shape and fill the width, under headings.
 * Pictures are only ever added at the end, and what stands there never moves.
 */
export interface Layout {
  readonly options: LayoutOptions;
  readonly sections: Section[];
  /** Pictures that have their place. */
  count: number;
  height: number;
}

export interface LayoutOptions {
  readonly width: number;
  /** Rows are about this high; none is higher. */
  readonly rowHeight: number;
  readonly gap: number;
  /** Below each picture, for its tags. */
  readonly captionHeight: number;
  readonly headingHeight: number;
}

export interface Section {
  /** None where pictures are in no order of time. */
  readonly title: string;
  readonly top: number;
  height: number;
  readonly rows: Row[];
}

export interface Row {
  /** From the section's top. */
  readonly top: number;
  /** Of the pictures, without their caption. */
  readonly height: number;
  readonly tiles: readonly Tile[];
  /** Whether it leaves room for more. */
  readonly isOpen: boolean;
}

export interface Tile {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

export interface PlacedPicture {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Panoramas and ribbons are shown whole in a tile of a bearable shape. */
const NARROWEST = 0.45;
const WIDEST = 3;
/** Of pictures whose size is not known, since they could not be read. */
const UNKNOWN_ASPECT = 1;

export function emptyLayout(options: LayoutOptions): Layout {
  return { options, sections: [], count: 0, height: 0 };
}

/** Gives a place to every picture that has none yet. */
export function extendLayout(
  layout: Layout,
  pictures: readonly PlacedPicture[],
  titleOf: (index: number) => string,
): Layout {
  const { options, sections } = layout;
  let section = sections.at(-1);
  let index = section === undefined ? 0 : reopen(section, layout.count);
  while (index < pictures.length) {
    const title = titleOf(index);
    if (section === undefined || section.title !== title) {
      section = openSection(title, section, options);
      sections.push(section);
    }
    index = addRow(section, pictures, index, titleOf, options);
  }
  layout.count = pictures.length;
  layout.height = section === undefined ? 0 : section.top + section.height;
  return layout;
}

/** Takes the last row away if it has room; answers which picture comes next. */
function reopen(section: Section, count: number): number {
  const last = section.rows.at(-1);
  if (last?.isOpen !== true) return count;
  section.rows.pop();
  section.height = last.top;
  return last.tiles[0]?.index ?? count;
}

function openSection(
  title: string,
  previous: Section | undefined,
  { headingHeight }: LayoutOptions,
): Section {
  const top = previous === undefined ? 0 : previous.top + previous.height;
  return { title, top, height: title === '' ? 0 : headingHeight, rows: [] };
}

function addRow(
  section: Section,
  pictures: readonly PlacedPicture[],
  first: number,
  titleOf: (index: number) => string,
  options: LayoutOptions,
): number {
  const { width, rowHeight, gap, captionHeight } = options;
  let aspects = 0;
  let end = first;
  const widthLeft = () => width - gap * (end - first - 1);
  while (end < pictures.length && titleOf(end) === section.title) {
    aspects += aspectOf(pictures[end]);
    end += 1;
    if (aspects * rowHeight >= widthLeft()) break;
  }
  const isFull = aspects * rowHeight >= widthLeft();
  const height = isFull ? widthLeft() / aspects : rowHeight;
  const tiles: Tile[] = [];
  let left = 0;
  for (let index = first; index < end; index += 1) {
    const tileWidth = aspectOf(pictures[index]) * height;
    tiles.push({ index, left, width: tileWidth });
    left += tileWidth + gap;
  }
  section.rows.push({ top: section.height, height, tiles, isOpen: !isFull });
  section.height += height + captionHeight + gap;
  return end;
}

function aspectOf({ width, height }: PlacedPicture = {}): number {
  if (!width || !height) return UNKNOWN_ASPECT;
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}

/** Whether a picture's tile has its very shape; else there is room beside it. */
export function fillsItsTile(picture: PlacedPicture): boolean {
  const { width, height } = picture;
  return width !== undefined && height !== undefined && aspectOf(picture) === width / height;
}

/** Height of the gallery once all of `total` pictures stand, judged by those that do. */
export function expectedHeight({ count, height, options }: Layout, total: number): number {
  if (total <= count) return height;
  const each = count === 0 ? options.rowHeight / 4 : height / count;
  return Math.round(height + each * (total - count));
}

/** How many pictures must be there for the gallery to reach down to `bottom`. */
export function countDownTo(layout: Layout, bottom: number, total: number): number {
  if (bottom <= layout.height || layout.count === 0) return layout.count;
  return Math.min(total, layout.count + Math.ceil(((bottom - layout.height) * layout.count) / layout.height));
}
