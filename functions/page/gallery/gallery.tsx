import { useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import {
  countDownTo,
  emptyLayout,
  expectedHeight,
  extendLayout,
  type Layout,
  type LayoutOptions,
} from '../model/rows.ts';
import { visibleSections } from '../model/rows-in-view.ts';
import { answer, isByTime, loadDownTo } from '../store/answer.ts';
import { rowHeight, tagsShown } from '../store/preferences.ts';
import { isSelecting } from '../store/selection.ts';
import { useArrowKeys } from './arrow-keys.ts';
import { titlesOf } from './section-titles.ts';
import { SectionView } from './section-view.tsx';
import { useSelecting } from './selecting.ts';
import { useVisibleRange } from './visible-range.ts';

/** Below each row; as `--caption` in gallery.css. */
const CAPTION = 34;
const HEADING = 52;
const GAP = 6;
/** Rows beyond the window's edges that are drawn all the same, in pixels. */
const OVERSCAN = 700;

/** The pictures of the answer. Only those near the window are in the document, however many there are. */
export function Gallery() {
  const root = useRef<HTMLDivElement>(null);
  const { top, bottom, width, isFast } = useVisibleRange(root);
  const { number, images, arrangement, total, cursor, isLoadingMore } = answer.value;
  const options: LayoutOptions = {
    width,
    rowHeight: width < 600 ? Math.min(rowHeight.value, 150) : rowHeight.value,
    gap: GAP,
    captionHeight: tagsShown.value ? CAPTION : 0,
    headingHeight: HEADING,
  };
  const titleOf = useMemo(
    () => titlesOf(() => answer.value.images, isByTime.value),
    [number, isByTime.value],
  );
  const start = useMemo(
    () => emptyLayout(options),
    [number, arrangement, width, options.rowHeight, options.captionHeight, titleOf],
  );
  const layout = width === 0 ? start : extendLayout(start, images, titleOf);
  const keys = useArrowKeys(root, layout);
  const selecting = useSelecting();
  const handlers = {
    ...{ ...keys.handlers, ...selecting },
    onKeyDown(event: KeyboardEvent) {
      selecting.onKeyDown(event);
      keys.handlers.onKeyDown(event);
    },
  };

  useEffect(() => {
    if (width === 0 || cursor === undefined || isLoadingMore) return;
    const wanted = countDownTo(layout, bottom + OVERSCAN, total);
    if (wanted > images.length || bottom + 2 * OVERSCAN > layout.height)
      void loadDownTo(Math.max(wanted, images.length + 1));
  }, [bottom, images.length, cursor, isLoadingMore, layout]);

  const height = cursor === undefined ? layout.height : expectedHeight(layout, total);
  return (
    <div
      ref={root}
      class={`gallery${isSelecting.value ? ' selecting' : ''}`}
      style={{ height: `${height}px` }}
      {...handlers}
    >
      {visibleSections(layout, top - OVERSCAN, bottom + OVERSCAN).map(({ section, rows }, at, visible) => (
        <SectionView
          // What another answer has as well stays in the document, and keeps the focus.
          key={`${section.title} ${visible.slice(0, at).filter((one) => one.section.title === section.title).length}`}
          section={section}
          rows={rows}
          images={images}
          total={total}
          isFast={isFast}
          current={keys.current}
        />
      ))}
      <Skeleton layout={layout} top={top} bottom={bottom} height={height} />
    </div>
  );
}

/** Stands where pictures are still to be loaded. */
function Skeleton({
  layout,
  top,
  bottom,
  height,
}: {
  layout: Layout;
  top: number;
  bottom: number;
  height: number;
}) {
  const { options } = layout;
  const each = options.rowHeight + options.captionHeight + options.gap;
  const from = Math.max(layout.height, top - (top % each));
  const rows = Math.max(0, Math.ceil((Math.min(height, bottom + each) - from) / each));
  const step = useComputed(() => Math.max(3, Math.round(options.width / (options.rowHeight * 1.4))));
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div
          class="skeleton-row"
          key={from + row * each}
          style={{ top: `${from + row * each}px`, height: `${options.rowHeight}px` }}
        >
          {Array.from({ length: step.value }, (_, tile) => (
            <span key={tile} class="skeleton" />
          ))}
        </div>
      ))}
    </div>
  );
}
