import type { LearningAnswer } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { verdictSentence } from '../model/learning.ts';
import { countText, describe } from '../model/texts.ts';
import { Thumbnail } from '../parts/thumbnail.tsx';
import type { LabelDraft } from './label-draft.ts';

interface TrialViewProps {
  readonly trial: LearningAnswer;
  readonly draft: LabelDraft;
}

/** How good the label would be, and what it would find first. */
export function TrialView({ trial, draft: { isReplacing } }: TrialViewProps) {
  const { quality, finds, remarks, earlier } = trial;
  return (
    <>
      <p class={`trial-verdict ${quality.verdict === 'no better' ? 'bad' : ''}`}>
        {verdictSentence(quality)}
      </p>
      {(earlier > 0 || isReplacing.value) && (
        <label class="trial-earlier">
          <input
            type="checkbox"
            checked={isReplacing.value}
            onChange={(event) => {
              isReplacing.value = event.currentTarget.checked;
            }}
          />
          {earlier > 0
            ? `Forget ${countText(earlier, 'example')} of before`
            : 'The examples of before are forgotten'}
        </label>
      )}
      {remarks.map((remark) => (
        <p key={remark} class="soft">
          {remark}
        </p>
      ))}
      <Finds finds={finds} />
    </>
  );
}

function Finds({ finds }: Pick<LearningAnswer, 'finds'>) {
  if (finds.length === 0) return <p class="soft">There is no other picture to find.</p>;
  const tags = finds.filter(({ isTag }) => isTag).length;
  return (
    <div class="label-preview">
      <p>Best new finds{tags === 0 && ', none of which would get the label yet'}:</p>
      <ul>
        {finds.map(({ image, score, isTag }) => (
          <li key={nameOf(image)} class={isTag ? undefined : 'below'}>
            <figure title={describe(image)}>
              <Thumbnail image={image} isFramed={true} />
              <figcaption>
                {score.toFixed(2)}
                {!isTag && <span class="unseen"> (would not get it)</span>}
              </figcaption>
            </figure>
          </li>
        ))}
      </ul>
    </div>
  );
}
