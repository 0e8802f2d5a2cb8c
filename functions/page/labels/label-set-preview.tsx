import { nameOf } from '../model/address.ts';
import { countText, describe, numberText } from '../model/texts.ts';
import { Problem } from '../parts/problem.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import type { LabelSetPreview as Preview } from '../store/api.ts';
import {
  changeDraft,
  draft,
  draftLabels,
  isPreviewing,
  preview,
  previewFault,
} from '../store/label-draft.ts';

/** For each label that is typed, how many pictures would get it, and the best of them. */
export function LabelSetPreview() {
  const found = preview.value;
  const fault = previewFault.value;
  if (draftLabels.value.length === 0) return null;
  const more = draftLabels.value.length - (found?.labels.length ?? draftLabels.value.length);
  return (
    <section class="label-previews" aria-label="What the labels would find" aria-busy={isPreviewing.value}>
      {fault && (
        <Problem fault={fault} onRetry={() => changeDraft({ text: `${draft.value?.text ?? ''} ` })} />
      )}
      {found && (
        <p class="soft">
          Compared with {countText(found.total, 'picture')}, none of which is changed before you save and tag
          anew.
        </p>
      )}
      {found?.labels.map((label) => (
        <PreviewedLabel key={label.label} label={label} minimumScore={found.minimumScore} />
      ))}
      {found && more > 0 && (
        <p class="soft">{countText(more, 'label')} more are saved, and not shown here.</p>
      )}
    </section>
  );
}

interface PreviewedLabelProps {
  readonly label: Preview['labels'][number];
  readonly minimumScore: number;
}

function PreviewedLabel({ label: { label, count, images }, minimumScore }: PreviewedLabelProps) {
  return (
    <article class="label-preview" aria-label={`${label}: ${countText(count, 'picture')}`}>
      <h2>
        <span>{label}</span> <b class="count">{numberText(count)}</b>
      </h2>
      <ul>
        {images.map((image) => {
          const score = image.score ?? 0;
          const isBelow = score < minimumScore;
          return (
            <li key={nameOf(image)} class={isBelow ? 'below' : undefined}>
              <figure title={describe(image)}>
                <Thumbnail image={image} isFramed={true} />
                <figcaption>
                  {score.toFixed(2)}
                  {isBelow && <span class="unseen"> (would not get it)</span>}
                </figcaption>
              </figure>
            </li>
          );
        })}
      </ul>
    </article>
  );
}
