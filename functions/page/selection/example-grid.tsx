import { useId } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { MAXIMUM_EXAMPLES } from '../model/learning.ts';
import { countText, fileNameOf, numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { selection } from '../store/selection.ts';
import type { LabelDraft } from './label-draft.ts';

/** As many as the API takes in all. */
const MOST_SHOWN = 2 * MAXIMUM_EXAMPLES;

/** The chosen pictures, each with the label, or as an example of what it is not. */
export function ExampleGrid({ draft: { lacking, request } }: { draft: LabelDraft }) {
  const heading = useId();
  const images = [...selection.value.values()];
  const lackingCount = images.filter((image) => lacking.value.has(nameOf(image))).length;
  const most = Math.max(lackingCount, images.length - lackingCount);
  const toggle = (image: ApiImage) => {
    const next = new Set(lacking.value);
    if (!next.delete(nameOf(image))) next.add(nameOf(image));
    lacking.value = next;
  };
  return (
    <fieldset class="examples" aria-describedby={heading}>
      <legend>Examples</legend>
      <p id={heading} class="soft">
        {numberText(images.length - lackingCount)} with it, {numberText(lackingCount)} without. Click a
        picture that does not show it: what is alike and something else teaches much.
        {most > MAXIMUM_EXAMPLES &&
          ` The first ${countText(MAXIMUM_EXAMPLES, 'picture')} of each kind are taken.`}
      </p>
      {images.length === lackingCount && request.value === undefined && (
        <p class="field-fault">One picture at least must show it.</p>
      )}
      <ul>
        {images.slice(0, MOST_SHOWN).map((image) => {
          const isLacking = lacking.value.has(nameOf(image));
          return (
            <li key={nameOf(image)}>
              <button
                type="button"
                class={`example${isLacking ? ' lacking' : ''}`}
                aria-pressed={isLacking}
                aria-label={`${fileNameOf(image.key)}: does not show it`}
                title={isLacking ? 'Does not show it' : 'Shows it'}
                onClick={() => toggle(image)}
              >
                <Thumbnail image={image} isFramed={true} />
                <Icon name={isLacking ? 'minus' : 'check'} />
              </button>
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
