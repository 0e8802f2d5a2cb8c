import { useId } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { LabelOptions } from '../parts/label-options.tsx';
import { clearSelection } from '../store/selection.ts';
import { ExampleGrid } from './example-grid.tsx';
import { useLabelDraft } from './label-draft.ts';
import { LearnedView } from './learned-view.tsx';
import { useLearningRun } from './learning-run.ts';
import { SetChoice } from './set-choice.tsx';
import { TrialView } from './trial-view.tsx';

/** Teaches a label with the chosen pictures: what it is, how good it would be, and only then is it saved. */
export function LearnDialog({ onClosed }: { onClosed: () => void }) {
  const draft = useLabelDraft();
  const run = useLearningRun(draft);
  const [textId, list] = [useId(), useId()];
  const { value: trial } = run.trial;
  const { value: state } = run.state;
  const onClosedNow = () => {
    onClosed();
    if (run.saved.value) clearSelection();
  };
  return (
    <Dialog title="Learn a label" onClosed={onClosedNow}>
      {(close) =>
        run.saved.value ? (
          <LearnedView learned={run.saved.value} onClose={close} />
        ) : (
          <form
            class="dialog-fields"
            onSubmit={(event) => {
              event.preventDefault();
              void (trial ? run.save() : run.tryIt());
            }}
          >
            <label for={textId}>Label</label>
            <input
              id={textId}
              list={list}
              placeholder="pip, our red mug, a drawing by Ann"
              autocomplete="off"
              autofocus
              value={draft.text.value}
              onInput={(event) => {
                draft.text.value = event.currentTarget.value;
              }}
            />
            <LabelOptions id={list} />
            <SetChoice draft={draft} />
            <ExampleGrid draft={draft} />
            {run.fault.value && (
              <p class="field-fault" role="alert">
                {run.fault.value.message}
              </p>
            )}
            <div role="status" class="trial" aria-busy={state === 'trying'}>
              {state === 'trying' && <p class="soft">Comparing …</p>}
              {trial && <TrialView trial={trial} draft={draft} />}
            </div>
            <div class="dialog-buttons">
              <button type="button" class="button" onClick={close}>
                Cancel
              </button>
              <button
                type="submit"
                class="button accent"
                disabled={draft.request.value === undefined}
                // It keeps the focus meanwhile.
                aria-disabled={state !== 'idle'}
              >
                {state === 'saving' ? 'Saving …' : saveWord(trial?.quality.verdict)}
              </button>
            </div>
          </form>
        )
      }
    </Dialog>
  );
}

/** Nothing is saved before it was tried. */
function saveWord(verdict: 'better' | 'no better' | 'unknown' | undefined): string {
  if (verdict === undefined) return 'Try it';
  return verdict === 'no better' ? 'Save all the same' : 'Save';
}
