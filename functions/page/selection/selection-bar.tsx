import { useSignal } from '@preact/signals';
import { countText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { labelSetsInUse } from '../store/label-sets.ts';
import { clearSelection, isSelecting, selection } from '../store/selection.ts';
import { LabelDialog } from './label-dialog.tsx';
import { LearnDialog } from './learn-dialog.tsx';

/** How many pictures are chosen, and what may be done with them. */
export function SelectionBar() {
  const open = useSignal<'add' | 'remove' | 'learn' | undefined>(undefined);
  const { size } = selection.value;
  if (!isSelecting.value) return null;
  const opens = (dialog: 'add' | 'remove' | 'learn') => () => {
    open.value = dialog;
  };
  /** A dialog may tell that it is closed when another one is open already. */
  const closes = (dialog: 'add' | 'remove' | 'learn') => () => {
    if (open.value === dialog) open.value = undefined;
  };
  return (
    <section class="selection-bar" aria-label="Selected pictures">
      <button
        type="button"
        class="quiet"
        aria-label="Clear the selection"
        title="Clear (Esc)"
        onClick={leave}
      >
        <Icon name="close" />
      </button>
      <b>{size === 0 ? 'Choose pictures' : `${countText(size, 'picture')} selected`}</b>
      <button type="button" class="button" disabled={size === 0} onClick={opens('add')}>
        <Icon name="plus" />
        Add label …
      </button>
      <button type="button" class="button" disabled={size === 0} onClick={opens('remove')}>
        <Icon name="minus" />
        Remove label …
      </button>
      {/* Label sets of a stack are deployed with it. */}
      {labelSetsInUse.value?.canWrite && (
        <button type="button" class="button accent" disabled={size === 0} onClick={opens('learn')}>
          <Icon name="labels" />
          Learn a label …
        </button>
      )}
      {open.value === 'learn' && <LearnDialog onClosed={closes('learn')} />}
      {open.value === 'add' && <LabelDialog verdict="there" onClosed={closes('add')} />}
      {open.value === 'remove' && <LabelDialog verdict="not-there" onClosed={closes('remove')} />}
    </section>
  );
}

/** The bar goes, and with it the button that had the focus. */
function leave(): void {
  clearSelection();
  document.querySelector<HTMLElement>('.tile-picture[tabindex="0"]')?.focus({ preventScroll: true });
}
