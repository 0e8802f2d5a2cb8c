import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { nameFault, suggestedName } from '../model/typed-labels.ts';
import {
  changeDraft,
  draft,
  draftLabels,
  isPreviewing,
  leaveDraft,
  preview,
  saveDraft,
} from '../store/label-draft.ts';
import { labelSetsInUse } from '../store/label-sets.ts';
import { LabelSetPreview } from './label-set-preview.tsx';

/** Where a label set is written: words, what pictures they find at once, a name. */
export function LabelSetEditor() {
  const isSaving = useSignal(false);
  const { text = '', mode, name = '', original } = draft.value ?? {};
  const [wordsId, nameId, hintId] = [useId(), useId(), useId()];
  const taken = (labelSetsInUse.value?.labelSets ?? []).map((set) => set.name);
  const labels = draftLabels.value;
  const finalName = original?.name ?? (name === '' ? suggestedName(labels, taken) : name);
  const fault = original ? undefined : nameFault(finalName, taken);
  const save = async (event: Event) => {
    event.preventDefault();
    if (labels.length === 0 || fault !== undefined) return;
    isSaving.value = true;
    await saveDraft(finalName);
    isSaving.value = false;
  };
  return (
    <form class="label-set-editor" onSubmit={save}>
      <div class="bar">
        <div class="heading">
          <h1>{original ? `Label set ${original.name}` : 'New label set'}</h1>
          <p role="status">{statusText()}</p>
        </div>
        <div class="label-set-buttons">
          <button type="button" class="button" onClick={leaveDraft}>
            Cancel
          </button>
          <button
            type="submit"
            class="button accent"
            disabled={isSaving.value || labels.length === 0 || fault !== undefined}
          >
            {isSaving.value ? 'Saving …' : 'Save'}
          </button>
        </div>
      </div>
      <div class="label-set-fields">
        <label for={wordsId}>Labels, one a line</label>
        <textarea
          id={wordsId}
          rows={8}
          spellcheck={true}
          placeholder={'cat\ndog\na drawing of a horse'}
          value={text}
          aria-describedby={hintId}
          onInput={(event) => changeDraft({ text: event.currentTarget.value })}
        />
        <p id={hintId} class="soft">
          Words or phrases in English, as you would describe a picture.
        </p>
        <Modes mode={mode ?? 'independent'} />
        <MinimumScore />
        {!original && (
          <>
            <label for={nameId}>Name of the label set</label>
            <input
              id={nameId}
              value={name}
              placeholder={finalName}
              autocomplete="off"
              aria-invalid={fault !== undefined}
              onInput={(event) => changeDraft({ name: event.currentTarget.value.trim() })}
            />
            {fault !== undefined && <p class="field-fault">{fault}</p>}
          </>
        )}
      </div>
      <LabelSetPreview />
    </form>
  );
}

function statusText(): string {
  if (draftLabels.value.length === 0) return 'Type some words';
  return isPreviewing.value || preview.value === undefined ? 'Comparing …' : '';
}

function Modes({ mode }: { mode: 'exclusive' | 'independent' }) {
  return (
    <fieldset class="label-set-modes">
      <legend>A picture may show</legend>
      <div class="switch">
        {(['independent', 'exclusive'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={mode === one}
            // What is a good minimum for one is none for the other.
            onClick={() => changeDraft({ mode: one, minimumScore: undefined })}
          >
            {one === 'independent' ? 'Any of these' : 'One of these'}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** How sure the model must be; it moves the counts at once. */
function MinimumScore() {
  const id = useId();
  const value = draft.value?.minimumScore ?? preview.value?.minimumScore ?? 0.75;
  return (
    <>
      <label for={id}>
        Lowest score of a tag: <output>{value.toFixed(2)}</output>
      </label>
      <input
        id={id}
        type="range"
        min="0.05"
        max="0.99"
        step="0.01"
        value={value}
        onInput={(event) => changeDraft({ minimumScore: Number(event.currentTarget.value) })}
      />
    </>
  );
}
