import { useSignal } from '@preact/signals';
import { countText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import type { LabelSetInUse } from '../store/api.ts';
import { beginDraft, deleteLabelSet, draft } from '../store/label-draft.ts';
import { labelSetsFault, labelSetsInUse, loadLabelSets } from '../store/label-sets.ts';
import { LabelSetEditor } from './label-set-editor.tsx';

/** The label sets in use; those that were written here can be changed, and new ones be written. */
export function LabelSetsView() {
  const state = labelSetsInUse.value;
  const fault = labelSetsFault.value;
  if (draft.value) return <LabelSetEditor />;
  return (
    <>
      <div class="bar">
        <div class="heading">
          <h1>Labels</h1>
          <p role="status">
            {state ? countText(state.labelSets.length, 'label set') : fault ? '' : 'Asking …'}
          </p>
        </div>
        {state?.canWrite && (
          <button type="button" class="button accent" onClick={() => beginDraft()}>
            <Icon name="plus" />
            <span>New label set</span>
          </button>
        )}
      </div>
      <p class="soft lead">
        Pictures are tagged with the words of these label sets. Nothing is trained: the words are compared
        with each picture.
        {state !== undefined && !state.canWrite && (
          <>
            {' '}
            Those of a stack are deployed with it: <code>npx cdk deploy -c labels=FILE</code>.
          </>
        )}
      </p>
      {fault && !state && <Problem fault={fault} onRetry={() => void loadLabelSets()} />}
      <ul class="label-sets">
        {state?.labelSets.map((labelSet) => (
          <LabelSetCard key={labelSet.name} labelSet={labelSet} canWrite={state.canWrite} />
        ))}
      </ul>
    </>
  );
}

const SHOWN_LABELS = 30;

function LabelSetCard({ labelSet, canWrite }: { labelSet: LabelSetInUse; canWrite: boolean }) {
  const { name, mode, labels, path, isOwn } = labelSet;
  return (
    <li class="card label-set-card" aria-label={`Label set ${name}`}>
      <header>
        <h2>{name}</h2>
        <span class="soft">
          {countText(labels.length, 'label')}, {mode === 'exclusive' ? 'one of these' : 'any of these'}
        </span>
        {isOwn && (
          <>
            <button
              type="button"
              class="button"
              aria-label={`Edit ${name}`}
              onClick={() => beginDraft(labelSet)}
            >
              Edit
            </button>
            <RemoveButton name={name} />
          </>
        )}
      </header>
      <p class="label-set-words">
        {labels.slice(0, SHOWN_LABELS).join(', ')}
        {labels.length > SHOWN_LABELS && ` and ${labels.length - SHOWN_LABELS} more`}
      </p>
      {path !== undefined && (
        <p class="soft label-set-path">
          <code>{path}</code>
          {!isOwn && canWrite && ' – changes of this file are taken over by themselves'}
        </p>
      )}
    </li>
  );
}

/** Asks once more in its own place. */
function RemoveButton({ name }: { name: string }) {
  const isAsking = useSignal(false);
  return isAsking.value ? (
    <>
      <button type="button" class="button" onClick={() => void deleteLabelSet(name)}>
        Remove {name} and its tags
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          isAsking.value = false;
        }}
      >
        Keep it
      </button>
    </>
  ) : (
    <button
      type="button"
      class="button"
      aria-label={`Remove ${name}`}
      onClick={() => {
        isAsking.value = true;
      }}
    >
      Remove
    </button>
  );
}
