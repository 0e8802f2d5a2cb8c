import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import type { Layout } from '../model/rows.ts';
import { neighbourInRows, placeOf } from '../model/rows-in-view.ts';
import { answer } from '../store/answer.ts';
import { selectTo } from '../store/selection.ts';

/** Of headings and the bar at the window's top, behind which nothing should hide. */
const COVERED = 150;

/** Arrow keys go from picture to picture, and choose with the shift key; the Tab key passes all of them at once. */
export function useArrowKeys(root: RefObject<HTMLElement | null>, layout: Layout) {
  const [current, setCurrent] = useState(0);
  const onKeyDown = (event: KeyboardEvent) => {
    const from = indexOf(event.target);
    if (from === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = targetOf(event.key, from, layout);
    if (to === undefined) return;
    event.preventDefault();
    if (event.shiftKey) selectBetween(from, to);
    setCurrent(to);
    reveal(root.current, layout, to);
    focusSoon(root.current, to);
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    const index = indexOf(target);
    if (index !== undefined) setCurrent(index);
  };
  return { current: Math.min(current, Math.max(0, layout.count - 1)), handlers: { onKeyDown, onFocusIn } };
}

/** Both, and what is between them. */
function selectBetween(from: number, to: number): void {
  const { images } = answer.value;
  const image = images[to];
  if (image) selectTo(image, images[from]);
}

function indexOf(target: EventTarget | null): number | undefined {
  const index = target instanceof HTMLElement ? target.dataset.index : undefined;
  return index === undefined ? undefined : Number(index);
}

function targetOf(key: string, from: number, layout: Layout): number | undefined {
  const within = (index: number) => (index >= 0 && index < layout.count ? index : undefined);
  switch (key) {
    case 'ArrowRight':
      return within(from + 1);
    case 'ArrowLeft':
      return within(from - 1);
    case 'ArrowDown':
      return neighbourInRows(layout, from, 1);
    case 'ArrowUp':
      return neighbourInRows(layout, from, -1);
    case 'Home':
      return within(0);
    case 'End':
      return within(layout.count - 1);
    default:
      return undefined;
  }
}

function reveal(root: HTMLElement | null, layout: Layout, index: number): void {
  const place = placeOf(layout, index);
  if (root === null || place === undefined) return;
  const top = root.getBoundingClientRect().top + place.top;
  if (top < COVERED) scrollBy({ top: top - COVERED, behavior: 'instant' });
  else if (top + place.height > innerHeight)
    scrollBy({ top: top + place.height + 60 - innerHeight, behavior: 'instant' });
}

/** It may have to be drawn first. */
function focusSoon(root: HTMLElement | null, index: number, tries = 5): void {
  const tile = root?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  if (tile) tile.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusSoon(root, index, tries - 1));
}
