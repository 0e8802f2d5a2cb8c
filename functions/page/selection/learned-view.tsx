import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LearningAnswer } from '../../api/contract.ts';
import { countText } from '../model/texts.ts';
import { labelSetsInUse, retag } from '../store/label-sets.ts';

/** It is saved: what is left to do is to tag the pictures that are there already. */
export function LearnedView({ learned, onClose }: { learned: LearningAnswer; onClose: () => void }) {
  const next = useRef<HTMLButtonElement>(null);
  // The button that had the focus has gone; no key is lost meanwhile.
  useLayoutEffect(() => next.current?.focus(), []);
  const { set, label, positive, negative } = learned;
  const others = labelSetsInUse.value?.others ?? 0;
  const examples = `${countText(positive, 'picture')}${negative > 0 ? ` and ${countText(negative, 'counterexample')}` : ''}`;
  return (
    <div class="dialog-fields">
      <p role="status">
        “{label}” of the label set {set} is learned from {examples}, and in use for uploads.
        {others > 0 && ` ${countText(others, 'picture')} ${others === 1 ? 'has' : 'have'} tags of before.`}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={onClose}>
          {others > 0 ? 'Later' : 'Done'}
        </button>
        {others > 0 && (
          <button
            type="button"
            class="button accent"
            ref={next}
            onClick={() => {
              void retag();
              onClose();
            }}
          >
            Tag anew
          </button>
        )}
      </div>
    </div>
  );
}
