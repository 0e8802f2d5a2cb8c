import { useEffect, useMemo } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { address } from '../store/address.ts';
import { answer } from '../store/answer.ts';
import { clearSelection, isSelecting, selectTo, toggleSelected } from '../store/selection.ts';

/** After so long a touch is no tap. */
const LONG_PRESS_MILLISECONDS = 450;
/** A finger that moves further scrolls. */
const STILL_PIXELS = 10;

/**
 * Chooses pictures by check mark, click, long press and keys. One listener for all tiles, so that none is drawn anew because of
 * another.
 */
export function useSelecting() {
  useEffect(clearByEscape, []);
  return useMemo(() => ({ ...byPress(), onKeyDown }), []);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== 'x' || event.ctrlKey || event.metaKey || event.altKey) return;
  const image = imageOf(event.target);
  if (image === undefined) return;
  event.preventDefault();
  if (event.shiftKey) selectTo(image);
  else toggleSelected(image);
}

/** Clicks and touches; a long press is followed by a click, which is none. */
function byPress() {
  let isLong = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  const rest = () => clearTimeout(timer);
  return {
    onPointerDown({ pointerType, target, clientX, clientY }: PointerEvent) {
      isLong = false;
      rest();
      const image = pointerType === 'touch' ? imageOf(target) : undefined;
      if (image === undefined) return;
      start = { x: clientX, y: clientY };
      timer = setTimeout(() => {
        isLong = true;
        toggleSelected(image);
      }, LONG_PRESS_MILLISECONDS);
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (Math.hypot(clientX - start.x, clientY - start.y) > STILL_PIXELS) rest();
    },
    onPointerUp: rest,
    onPointerCancel: rest,
    /** Systems offer a link's menu after a long press. */
    onContextMenu(event: MouseEvent) {
      if ('pointerType' in event && event.pointerType === 'touch' && imageOf(event.target))
        event.preventDefault();
    },
    onClickCapture(event: MouseEvent) {
      const image = imageOf(event.target);
      if (image === undefined) return;
      const isCheck = event.target instanceof Element && event.target.closest('.tile-check') !== null;
      // Keys enlarge a picture all the same: they have the letter x to choose it.
      const isChosen = isCheck || isLong || (isSelecting.value && event.detail > 0);
      if (!isChosen || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (isLong) isLong = false;
      else if (event.shiftKey) selectTo(image);
      else toggleSelected(image);
    },
  };
}

/** The picture of a tile; its tags lead elsewhere. */
function imageOf(target: EventTarget | null): ApiImage | undefined {
  const tile = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return tile === null ? undefined : answer.value.images[Number(tile.dataset.index)];
}

function clearByEscape(): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || address.value.image !== undefined) return;
    const isTyping =
      event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
    // A dialog takes it for itself, even where nothing in it has the focus.
    const isElsewhere = isTyping || document.querySelector('dialog[open]') !== null;
    if (!isElsewhere) clearSelection();
  };
  addEventListener('keydown', listen);
  return () => removeEventListener('keydown', listen);
}
