import type { ApiImage } from '../../api/contract.ts';
import { START } from '../model/address.ts';
import { similarTerm } from '../model/query-text.ts';
import { fileNameOf } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { originalAddress } from '../store/api.ts';
import { tell } from '../store/notices.ts';

/** Where one may go from a picture. */
export function Actions({ image }: { image: ApiImage }) {
  const { bucket, key, status } = image;
  const name = { bucket, key };
  return (
    <div class="actions">
      {status === 'tagged' && (
        <>
          <Link class="button" to={{ ...START, similar: name }}>
            <Icon name="similar" />
            Similar
          </Link>
          <Link class="button" to={{ ...START, view: 'duplicates', kind: 'scene', query: similarTerm(name) }}>
            <Icon name="duplicates" />
            Duplicates
          </Link>
        </>
      )}
      <a class="button" href={originalAddress(image)} download={fileNameOf(key)}>
        <Icon name="download" />
        Download
      </a>
      <button type="button" class="button" onClick={() => void copy(key)}>
        <Icon name="copy" />
        Copy key
      </button>
    </div>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell('Key copied');
  } catch {
    tell('The browser does not let pages copy.', 'fault');
  }
}
