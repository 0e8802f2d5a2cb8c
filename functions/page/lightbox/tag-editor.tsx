import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { Icon } from '../parts/icon.tsx';
import { LabelOptions } from '../parts/label-options.tsx';
import { searchFor } from '../store/address.ts';
import { correct } from '../store/corrections.ts';
import { colourOf, labelSets, labelTyped, termOf } from '../store/labels.ts';
import { WhyPanel } from './why-panel.tsx';

type Tag = ApiImage['tags'][number];

/** Tags by label set with their scores; each leads to its like, and can be taken away or put back. */
export function TagEditor({ image }: { image: ApiImage }) {
  const sets = [...new Set(image.tags.map(({ set }) => set))].sort();
  const removed = (image.corrections ?? []).filter(({ isThere }) => !isThere);
  return (
    <section class="tag-editor" aria-label="Tags">
      {sets.map((set) => (
        <div key={set} class={`label-set set-${colourOf(set)}`}>
          <h3>{set}</h3>
          <ul>
            {image.tags
              .filter((tag) => tag.set === set)
              .map((tag) => (
                <TagLine key={tag.label} image={image} tag={tag} />
              ))}
          </ul>
        </div>
      ))}
      {removed.length > 0 && (
        <ul class="removed" aria-label="Removed labels">
          {removed.map(({ set, label }) => (
            <li key={`${set} ${label}`}>
              <s>{label}</s>
              <button
                type="button"
                class="link"
                onClick={() => void correct(image, { set, label }, 'as-the-model-says')}
              >
                put back
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddLabel image={image} />
    </section>
  );
}

function TagLine({ image, tag }: { image: ApiImage; tag: Tag }) {
  const { set, label, score } = tag;
  const isExplained = useSignal(false);
  const panel = useId();
  const isGiven = image.corrections?.some((one) => one.isThere && one.set === set && one.label === label);
  return (
    <li class="tag-line">
      <button
        type="button"
        class="name"
        title={`All pictures with ${label}`}
        onClick={() => searchFor(termOf(tag))}
      >
        {label}
      </button>
      {isGiven ? <small>by you</small> : <span class="score">{score.toFixed(2)}</span>}
      <button
        type="button"
        class="link"
        aria-label={`Why ${label}?`}
        aria-expanded={isExplained.value}
        aria-controls={isExplained.value ? panel : undefined}
        onClick={() => {
          isExplained.value = !isExplained.value;
        }}
      >
        Why?
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={`Remove ${label}`}
        title={`${label} is wrong here: remove it`}
        onClick={() => void correct(image, tag, isGiven ? 'as-the-model-says' : 'not-there')}
      >
        <Icon name="close" />
      </button>
      <span class="track" aria-hidden="true">
        <span style={{ width: `${Math.round(score * 100)}%` }} />
      </span>
      {isExplained.value && <WhyPanel id={panel} image={image} label={`${set}:${label}`} />}
    </li>
  );
}

/** Any label of the label sets that are there, as typed or chosen. */
function AddLabel({ image }: { image: ApiImage }) {
  const text = useSignal('');
  const set = useSignal('');
  const list = useId();
  const sets = labelSets.value;
  const add = async (event: Event) => {
    event.preventDefault();
    const typed = text.value.trim();
    if (typed === '') return;
    text.value = '';
    const isTaken = await correct(image, labelTyped(typed, set.value), 'there');
    // What was misspelt is mended sooner than typed again.
    if (!isTaken && text.value === '') text.value = typed;
  };
  return (
    <form class="add-label" onSubmit={add}>
      <input
        aria-label="Add a label"
        placeholder="Add a label"
        list={list}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          event.currentTarget.blur();
        }}
      />
      <LabelOptions id={list} />
      {sets.length > 1 && (
        <select
          aria-label="Label set of the new label"
          value={set.value}
          onChange={(event) => {
            set.value = event.currentTarget.value;
          }}
        >
          <option value="">any set</option>
          {sets.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
      <button type="submit" class="button icon-only" aria-label="Add this label">
        <Icon name="plus" />
      </button>
    </form>
  );
}
