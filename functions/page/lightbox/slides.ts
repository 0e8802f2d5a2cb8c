import { effect, untracked } from '@preact/signals';
import PhotoSwipe, { type SlideData } from 'photoswipe';
import { render } from 'preact';
import type { ApiImage } from '../../api/contract.ts';
import { type ImageName, nameOf } from '../model/address.ts';
import { describe, numberText } from '../model/texts.ts';
import { go, leaveImage } from '../store/address.ts';
import { answer, loadDownTo, placeInAnswer } from '../store/answer.ts';
import { originalAddress, thumbnailAddress } from '../store/api.ts';
import { lastEnlarged, lone } from '../store/enlarged.ts';
import { arePartsShown, partsElement } from './details-panel.tsx';

/** An open lightbox. */
export interface Slides {
  /** Goes to another picture, if it is another. */
  show(name: ImageName): void;
  close(): void;
}

/** What browsers show by themselves; of all else there is the preview. */
const SHOWN_FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'avif', 'svg']);
/** As in lightbox.css. */
const PANEL_WIDTH = 360;
const WIDE = 900;
/** Of the window, where the panel stands below the picture. */
const PANEL_SHARE = 0.55;
/** More pictures are loaded this many before the last one. */
const AHEAD = 8;

/** Opens the lightbox on the pictures of the answer, or on one alone. */
export function openSlides({ name, isAlone }: { name: ImageName; isAlone: boolean }): Slides {
  const imageAt = (index: number): ApiImage | undefined =>
    isAlone ? lone.value : answer.value.images[index];
  const withoutOriginal = new Set<string>();
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const slides = new PhotoSwipe({
    dataSource: [],
    index: isAlone ? 0 : (placeInAnswer(name) ?? 0),
    ...{ loop: false, bgOpacity: 1, mainClass: 'lightbox', wheelToZoom: true, returnFocus: false },
    // Keys work only after such an animation, so that the style has one instead.
    showHideAnimationType: 'none',
    ...{ zoomAnimationDuration: isStill ? 0 : 250, closeTitle: 'Close (Esc)', zoomTitle: 'Zoom (z)' },
    ...{ arrowPrevTitle: 'Previous picture', arrowNextTitle: 'Next picture' },
    errorMsg: 'The picture cannot be shown.',
    counter: false,
    paddingFn: ({ x, y }) => paddingOf(x, y),
  });
  slides.addFilter('numItems', () => (isAlone ? 1 : answer.value.images.length));
  slides.addFilter('itemData', (_, index) => slideOf(imageAt(index), withoutOriginal));
  slides.on('contentLoad', (event) => {
    if (event.content.data.type !== 'nothing') return;
    event.preventDefault();
    event.content.element = nothing(String(event.content.data.alt));
    event.content.onLoaded();
  });
  slides.on('loadError', ({ content }) => {
    const image = imageAt(content.index);
    if (image === undefined || withoutOriginal.has(nameOf(image))) return;
    withoutOriginal.add(nameOf(image));
    slides.refreshSlideContent(content.index);
  });
  slides.on('change', () => {
    const image = imageAt(slides.currIndex);
    if (image === undefined) return;
    lastEnlarged.value = isAlone ? undefined : slides.currIndex;
    go({ image: { bucket: image.bucket, key: image.key } }, { isReplacing: true });
    if (!isAlone && slides.currIndex + AHEAD > answer.value.images.length)
      void loadDownTo(slides.currIndex + AHEAD);
  });
  slides.on('uiRegister', () => {
    slides.ui?.registerElement({
      ...{ name: 'place', className: 'pswp__counter', order: 5, appendTo: 'bar' },
      onInit: (element) => {
        slides.on('change', () => {
          element.textContent = placeText(slides, isAlone);
        });
      },
    });
    slides.ui?.registerElement({
      ...{ name: 'details-button', order: 8, isButton: true, title: 'Details (i)', appendTo: 'bar' },
      html: {
        isCustomSVG: true,
        inner:
          '<path d="M16 6a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm-1 7h2v6h-2zm0-4h2v2h-2z"/>',
        outlineID: '',
      },
      onClick: toggleParts,
    });
    slides.ui?.registerElement({
      ...{ name: 'details', appendTo: 'root' },
      onInit: (element) => render(partsElement(), element),
    });
  });
  slides.on('keydown', (event) => {
    const { originalEvent } = event;
    const { key, target } = originalEvent;
    if (target instanceof HTMLElement && target.closest('input, button, a, select')) {
      // Escape and the arrows go on to the lightbox, unless one types.
      if (target.closest('input') || key === ' ' || key === 'Enter') event.preventDefault();
      return;
    }
    if (key === 'i') toggleParts();
    else if (key === ' ') slides.close();
    else return;
    originalEvent.preventDefault();
    event.preventDefault();
  });
  let stopFollowing: (() => void) | undefined;
  slides.on('close', () => {
    leaveImage();
    // It holds the focus until it is done with closing, and goes from the document later still: no key is lost meanwhile.
    queueMicrotask(() => {
      stopFollowing?.();
      if (slides.element) slides.element.style.display = 'none';
      setBehindInert(false);
      focusTile();
    });
  });
  slides.init();
  slides.element?.setAttribute('aria-label', 'Enlarged picture');
  slides.element?.setAttribute('aria-modal', 'true');
  stopFollowing = effect(() => {
    slides.element?.classList.toggle('with-details', arePartsShown.value);
    untracked(() => slides.updateSize(true));
  });
  setBehindInert(true);
  // What the address is follows what is shown, and not the other way round.
  const shownName = () => {
    const image = imageAt(slides.currIndex);
    return image && nameOf(image);
  };
  return {
    show(other) {
      const at = placeInAnswer(other);
      if (shownName() !== nameOf(other) && at !== undefined && !isAlone) slides.goTo(at);
    },
    close: () => slides.close(),
  };
}

/** Which of all pictures of the answer it is, though not all of them are loaded yet. */
function placeText({ currIndex }: PhotoSwipe, isAlone: boolean): string {
  const { images, total } = answer.value;
  return isAlone ? '' : `${numberText(currIndex + 1)} / ${numberText(Math.max(total, images.length))}`;
}

function toggleParts(): void {
  arePartsShown.value = !arePartsShown.value;
}

function paddingOf(width: number, height: number) {
  const shown = arePartsShown.value;
  if (width >= WIDE) return { top: 56, bottom: 24, left: 24, right: shown ? PANEL_WIDTH + 24 : 24 };
  return { top: 52, bottom: shown ? Math.round(height * PANEL_SHARE) : 12, left: 0, right: 0 };
}

function slideOf(image: ApiImage | undefined, withoutOriginal: ReadonlySet<string>): SlideData {
  if (image === undefined) return { type: 'nothing', alt: 'This picture is no longer there.' };
  if (image.status !== 'tagged') return { type: 'nothing', alt: image.reason ?? image.status };
  const { width = 1200, height = 900, format = '' } = image;
  const thumbnail = thumbnailAddress(image);
  const isOriginal = SHOWN_FORMATS.has(format) && !withoutOriginal.has(nameOf(image));
  return {
    ...{ type: 'image', src: isOriginal ? originalAddress(image) : thumbnail, msrc: thumbnail },
    ...{ width, height, alt: describe(image) },
  };
}

/** Its text is the file's or the server's, and stays text. */
function nothing(text: string): HTMLDivElement {
  const element = document.createElement('div');
  element.className = 'slide-nothing';
  element.textContent = text;
  return element;
}

/** What is behind the lightbox is there for nobody meanwhile. */
function setBehindInert(isInert: boolean): void {
  const page = document.getElementById('page');
  if (page) page.inert = isInert;
}

/** The keyboard goes on where the picture stands in the gallery. */
function focusTile(): void {
  const index = lastEnlarged.value;
  const selector = index === undefined ? '.tile-picture' : `[data-index="${index}"]`;
  document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
}
