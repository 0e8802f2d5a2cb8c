import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { fileNameOf } from '../model/texts.ts';
import { enlarged } from '../store/enlarged.ts';
import { Actions } from './actions.tsx';
import { Facts } from './facts.tsx';
import { TagEditor } from './tag-editor.tsx';
import { WhyNot } from './why-not.tsx';
import { WhyUntagged } from './why-untagged.tsx';

/** Whether details stand beside the picture; below it where the window is narrow. */
export const arePartsShown = signal(matchMedia('(min-width: 900px)').matches);

export function partsElement() {
  return <DetailsPanel />;
}

/** All that is known of the enlarged picture. */
function DetailsPanel() {
  const image = enlarged.value;
  const root = useRef<HTMLElement>(null);
  if (!arePartsShown.value) return null;
  return (
    <aside ref={root} class="details" aria-label="Details" onWheel={(event) => event.stopPropagation()}>
      {image === undefined ? (
        <p class="soft">This picture is no longer there.</p>
      ) : (
        <Known key={nameOf(image)} image={image} />
      )}
    </aside>
  );
}

function Known({ image }: { image: ApiImage }) {
  return (
    <>
      <h2>{fileNameOf(image.key)}</h2>
      <WhyUntagged image={image} />
      {image.status === 'tagged' && <TagEditor image={image} />}
      {image.status === 'tagged' && <WhyNot image={image} />}
      <Facts image={image} />
      <Actions image={image} />
    </>
  );
}
