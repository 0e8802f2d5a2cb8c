import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { countText, fileNameOf, numberText } from '../model/texts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LabelOptions } from '../parts/label-options.tsx';
import { asError } from '../store/answer.ts';
import { correctAll, type UncorrectedImage } from '../store/corrections.ts';
import { labelSets, labelTyped } from '../store/labels.ts';
import { tell } from '../store/notices.ts';
import { selectedLabels, selection } from '../store/selection.ts';

interface LabelDialogProps {
  readonly verdict: 'there' | 'not-there';
  readonly onClosed: () => void;
}

const WORDS = {
  there: { title: 'Add a label', done: 'added to', button: 'Add', says: 'that they show it' },
  'not-there': {
    ...{ title: 'Remove a label', done: 'removed from', button: 'Remove' },
    says: 'that they do not show it',
  },
} as const;

/** Corrects a label of all chosen pictures, tells how far it is, and of which it was not taken. */
export function LabelDialog({ verdict, onClosed }: LabelDialogProps) {
  const { title, done: doneWord, button, says } = WORDS[verdict];
  const running = useRef<AbortController | undefined>(undefined);
  const [text, set, fault] = [useSignal(''), useSignal(''), useSignal('')];
  const done = useSignal<number | undefined>(undefined);
  const total = useSignal(0);
  const failed = useSignal<readonly UncorrectedImage[]>([]);
  const [textId, setId, list, faultId] = [useId(), useId(), useId(), useId()];
  const images = [...selection.value.values()];
  const all = countText(images.length, 'picture');

  const work = async (close: () => void) => {
    const typed = text.value.trim();
    if (typed === '' || done.value !== undefined) return;
    const wanted = failed.value.length > 0 ? failed.value.map(({ image }) => image) : images;
    const controller = new AbortController();
    running.current = controller;
    [done.value, total.value, fault.value, failed.value] = [0, wanted.length, '', []];
    const onProgress = (count: number) => {
      done.value = count;
    };
    try {
      const label = labelTyped(typed, set.value);
      failed.value = await correctAll(wanted, label, verdict, { onProgress, signal: controller.signal });
      const taken = countText(done.value - failed.value.length, 'picture');
      tell(`“${typed}” ${doneWord} ${taken}`);
      if (failed.value.length === 0) close();
    } catch (error) {
      fault.value = asError(error).message;
    }
    done.value = undefined;
  };

  return (
    <Dialog
      title={title}
      onClosed={() => {
        running.current?.abort();
        onClosed();
      }}
    >
      {(close) => (
        <form
          class="dialog-fields"
          onSubmit={(event) => {
            event.preventDefault();
            void work(close);
          }}
        >
          <p class="soft">
            Says of {all} {says}, whatever the model says now or later.
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
              [fault.value, failed.value] = ['', []];
            }}
          />
          {verdict === 'there' ? (
            <LabelOptions id={list} />
          ) : (
            <LabelOptions id={list} among={selectedLabels.value} />
          )}
          {fault.value !== '' && (
            <p id={faultId} class="field-fault" role="alert">
              {fault.value}
            </p>
          )}
          {labelSets.value.length > 1 && (
            <>
              <label for={setId}>Label set</label>
              <select
                id={setId}
                value={set.value}
                onChange={(event) => {
                  set.value = event.currentTarget.value;
                }}
              >
                <option value="">any that knows it</option>
                {labelSets.value.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            </>
          )}
          {done.value !== undefined && (
            <label class="dialog-progress">
              <span>
                {numberText(done.value)} of {countText(total.value, 'picture')}
              </span>
              <progress value={done.value} max={total.value} />
            </label>
          )}
          <Failures failed={failed.value} total={total.value} />
          <div class="dialog-buttons">
            <button type="button" class="button" onClick={close}>
              {done.value === undefined ? 'Cancel' : 'Stop'}
            </button>
            <button
              type="submit"
              class="button accent"
              disabled={text.value.trim() === '' || done.value !== undefined}
            >
              {failed.value.length > 0 ? 'Try these again' : button}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

const SHOWN_FAILURES = 20;

function Failures({ failed, total }: { failed: readonly UncorrectedImage[]; total: number }) {
  if (failed.length === 0) return null;
  return (
    <div class="dialog-failures" role="alert">
      <b>
        Not taken of {numberText(failed.length)} of {countText(total, 'picture')}:
      </b>
      <ul>
        {failed.slice(0, SHOWN_FAILURES).map(({ image: { bucket, key }, reason }) => (
          <li key={`${bucket}/${key}`}>
            {fileNameOf(key)}: {reason}
          </li>
        ))}
      </ul>
      {failed.length > SHOWN_FAILURES && <p>and {numberText(failed.length - SHOWN_FAILURES)} more</p>}
    </div>
  );
}
