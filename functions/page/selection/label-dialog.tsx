import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { countText, numberText } from '../model/texts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LabelOptions } from '../parts/label-options.tsx';
import { labelSets } from '../store/labels.ts';
import { selectedLabels, selection } from '../store/selection.ts';
import { useCorrectingRun } from './correcting-run.ts';
import { Failures } from './failures.tsx';

interface LabelDialogProps {
  readonly verdict: 'there' | 'not-there';
  readonly onClosed: () => void;
}

const WORDS = {
  there: { title: 'Add a label', button: 'Add', says: 'that they show it' },
  'not-there': { title: 'Remove a label', button: 'Remove', says: 'that they do not show it' },
} as const;

/** Corrects a label of all chosen pictures, tells how far it is, and of which it was not taken. */
export function LabelDialog({ verdict, onClosed }: LabelDialogProps) {
  const { title, button, says } = WORDS[verdict];
  const { progress, fault, failed, run, forget } = useCorrectingRun(verdict);
  const [text, set] = [useSignal(''), useSignal('')];
  const [textId, list, faultId] = [useId(), useId(), useId()];
  const images = [...selection.value.values()];
  const isRunning = progress.value !== undefined;
  return (
    <Dialog title={title} onClosed={onClosed}>
      {(close) => (
        <form
          class="dialog-fields"
          onSubmit={async (event) => {
            event.preventDefault();
            if (await run(images, text.value.trim(), set.value)) close();
          }}
        >
          <p class="soft">
            Says of {countText(images.length, 'picture')} {says}, whatever the model says now or later.
          </p>
          <label for={textId}>Label</label>
          <input
            id={textId}
            list={list}
            autocomplete="off"
            autofocus
            value={text.value}
            aria-invalid={fault.value !== ''}
            aria-describedby={fault.value === '' ? undefined : faultId}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              forget();
            }}
          />
          <LabelOptions id={list} {...(verdict === 'not-there' && { among: selectedLabels.value })} />
          {fault.value !== '' && (
            <p id={faultId} class="field-fault" role="alert">
              {fault.value}
            </p>
          )}
          {labelSets.value.length > 1 && (
            <SetOfLabel value={set.value} onChange={(one) => (set.value = one)} />
          )}
          {progress.value && <Progress {...progress.value} />}
          <Failures failed={failed.value} />
          <div class="dialog-buttons">
            <button type="button" class="button" onClick={close}>
              {isRunning ? 'Stop' : 'Cancel'}
            </button>
            <button
              type="submit"
              class="button accent"
              disabled={text.value.trim() === ''}
              // It keeps the focus meanwhile.
              aria-disabled={isRunning}
            >
              {failed.value.length > 0 ? 'Try these again' : button}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function SetOfLabel({ value, onChange }: { value: string; onChange: (set: string) => void }) {
  const id = useId();
  return (
    <>
      <label for={id}>Label set</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">any that knows it</option>
        {labelSets.value.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </>
  );
}

function Progress({ done, total }: { done: number; total: number }) {
  return (
    <label class="dialog-progress">
      <span>
        {numberText(done)} of {countText(total, 'picture')}
      </span>
      <progress value={done} max={total} />
    </label>
  );
}
