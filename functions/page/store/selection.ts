import { computed, signal } from '@preact/signals';
import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { isSelectable, type Selection, toggled, withChanged, withRange } from '../model/selection.ts';
import { countText, fileNameOf } from '../model/texts.ts';
import { answer, countedLabels, placeInAnswer } from './answer.ts';
import { announcement } from './notices.ts';

/** The chosen pictures; they stay chosen wherever one scrolls, and whatever one searches for next. */
export const selection = signal<Selection>(new Map());

const isAsked = signal(false);

/** Whether a click chooses a picture, and does not enlarge it. */
export const isSelecting = computed(() => isAsked.value || selection.value.size > 0);

/** The picture that was chosen last, where ranges begin. */
let anchor: ApiImage | undefined;

/** Before any picture is chosen, for those who cannot hover. */
export function startSelecting(): void {
  isAsked.value = true;
}

export function clearSelection(): void {
  if (!isSelecting.value) return;
  isAsked.value = false;
  anchor = undefined;
  selection.value = new Map();
  announcement.value = 'Nothing is selected';
}

export function toggleSelected(image: ApiImage): void {
  if (!isSelectable(image)) return;
  selection.value = toggled(selection.value, image);
  anchor = image;
  const isIn = selection.value.has(nameOf(image));
  announce(`${fileNameOf(image.key)} ${isIn ? 'selected' : 'not selected'}`);
}

/** All from the picture that was chosen last to this one; this one alone where that is not among those that are shown. */
export function selectTo(image: ApiImage, from: ApiImage | undefined = anchor): void {
  const begin = from && placeInAnswer(from);
  const end = placeInAnswer(image);
  if (begin === undefined || end === undefined) {
    toggleSelected(image);
    return;
  }
  const before = selection.value.size;
  selection.value = withRange(selection.value, answer.value.images, begin, end);
  anchor = image;
  announce(`${countText(selection.value.size - before, 'more picture')} selected`);
}

/** A chosen picture has changed. */
export function followSelected(image: ApiImage): void {
  selection.value = withChanged(selection.value, image);
}

function announce(text: string): void {
  announcement.value = `${text}, ${selection.value.size} in all`;
}

/** Labels that chosen pictures carry, most frequent first. */
export const selectedLabels = computed(() => countedLabels([...selection.value.values()]));
