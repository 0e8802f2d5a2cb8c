import { useSignal } from '@preact/signals';
import { stateOf, toggleTerm } from '../model/query-text.ts';
import { numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { address, searchFor } from '../store/address.ts';
import { answer } from '../store/answer.ts';
import type { LabelCount } from '../store/api.ts';
import { colourOf, termOf } from '../store/labels.ts';

const MOST_AT_FIRST = 14;

/** The labels of the pictures that were found, by label set, with counts; each narrows the search or excludes. */
export function LabelList() {
  const filter = useSignal('');
  const wanted = filter.value.trim().toLowerCase();
  const facets = answer.value.facets.filter(({ label }) => label.toLowerCase().includes(wanted));
  const sets = [...new Set(facets.map(({ set }) => set))].sort();
  if (answer.value.facets.length === 0) return <p class="soft">No labels here.</p>;
  return (
    <div class="labels">
      <input
        type="search"
        class="filter"
        aria-label="Filter labels"
        placeholder="Filter labels"
        value={filter.value}
        onInput={(event) => {
          filter.value = event.currentTarget.value;
        }}
      />
      {sets.map((set) => (
        <LabelSet key={set} set={set} labels={facets.filter((facet) => facet.set === set)} />
      ))}
      {sets.length === 0 && <p class="soft">No label of these pictures is called so.</p>}
    </div>
  );
}

function LabelSet({ set, labels }: { set: string; labels: readonly LabelCount[] }) {
  const isWhole = useSignal(false);
  const shown = isWhole.value ? labels : labels.slice(0, MOST_AT_FIRST);
  const most = labels[0]?.count ?? 1;
  return (
    <section class={`label-set set-${colourOf(set)}`} aria-label={`Label set ${set}`}>
      <h3>{set}</h3>
      <ul>
        {shown.map((label) => (
          <LabelLine key={label.label} {...label} share={label.count / most} />
        ))}
      </ul>
      {labels.length > MOST_AT_FIRST && (
        <button
          type="button"
          class="link"
          onClick={() => {
            isWhole.value = !isWhole.value;
          }}
        >
          {isWhole.value ? 'Fewer' : `${labels.length - MOST_AT_FIRST} more`}
        </button>
      )}
    </section>
  );
}

function LabelLine({ set, label, count, share }: LabelCount & { share: number }) {
  const term = termOf({ set, label });
  const { query } = address.value;
  // A word alone may be a label to the server, which says so in its own words.
  const { understood } = answer.value;
  const text = stateOf(query, term) === undefined && stateOf(understood, term) ? understood : query;
  const state = stateOf(text, term);
  const toggle = (wanted: 'wanted' | 'unwanted') => searchFor(toggleTerm(text, term, wanted));
  return (
    <li class={`label-line ${state ?? ''}`}>
      <button
        type="button"
        class="label-name"
        aria-pressed={state === 'wanted'}
        title={`Only pictures with ${label}; with the shift key, only those without`}
        onClick={({ shiftKey }) => toggle(shiftKey ? 'unwanted' : 'wanted')}
      >
        <span class="share" style={{ width: `${Math.max(2, share * 100)}%` }} />
        <span class="name">{label}</span>
        <span class="count">{numberText(count)}</span>
      </button>
      <button
        type="button"
        class="quiet exclude"
        aria-pressed={state === 'unwanted'}
        aria-label={`Without ${label}`}
        title={`Only pictures without ${label}`}
        onClick={() => toggle('unwanted')}
      >
        <Icon name="minus" />
      </button>
    </li>
  );
}
