import { ORDERS, type Order } from '../model/address.ts';
import { Icon } from '../parts/icon.tsx';
import { address, go } from '../store/address.ts';
import { isByTime, isScored, sample } from '../store/answer.ts';
import { rowHeight, tagsShown } from '../store/preferences.ts';
import { clearSelection, isSelecting, startSelecting } from '../store/selection.ts';

const NAMES: Readonly<Record<Order, string>> = {
  best: 'Best first',
  newest: 'Newest first',
  oldest: 'Oldest first',
  name: 'By name',
};

/** Order, size and whether tags are shown. */
export function ViewOptions({ onLabels }: { onLabels: () => void }) {
  // Similar pictures come best first, always.
  const isSortable = address.value.similar === undefined && sample.value === undefined;
  const order = address.value.order ?? (isByTime.value ? 'newest' : 'best');
  return (
    <div class="options">
      <button type="button" class="button only-narrow" onClick={onLabels}>
        <Icon name="labels" />
        Labels
      </button>
      {isSortable && (
        <label class="select">
          <span class="unseen">Order</span>
          <select value={order} onChange={(event) => go({ order: event.currentTarget.value as Order })}>
            {ORDERS.filter((one) => one !== 'best' || isScored.value || order === 'best').map((one) => (
              <option key={one} value={one}>
                {NAMES[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="size only-wide">
        <span class="unseen">Size of pictures</span>
        <input
          type="range"
          min={120}
          max={400}
          step={20}
          value={rowHeight.value}
          onInput={(event) => {
            rowHeight.value = Number(event.currentTarget.value);
          }}
        />
      </label>
      <button
        type="button"
        class="button"
        aria-pressed={isSelecting.value}
        onClick={() => (isSelecting.value ? clearSelection() : startSelecting())}
      >
        Select
      </button>
      <button
        type="button"
        class="button icon-only"
        aria-pressed={tagsShown.value}
        aria-label="Tags below pictures"
        title="Tags below pictures"
        onClick={() => {
          tagsShown.value = !tagsShown.value;
        }}
      >
        <Icon name="tag" />
      </button>
    </div>
  );
}
