import { untracked, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from '../model/address.ts';
import { bytesText, countText, dateOf, dayTitle } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { RetryButton } from '../parts/retry-button.tsx';
import { asError } from '../store/answer.ts';
import { search } from '../store/api.ts';
import { status } from '../store/connection.ts';

const QUERY = 'status:failed|unsupported';
const PAGE = 100;

/** Pictures without tags, each with its reason. */
export function ProblemsView() {
  const images = useSignal<readonly ApiImage[] | undefined>(undefined);
  const cursor = useSignal<string | undefined>(undefined);
  const fault = useSignal<Error | undefined>(undefined);
  const asking = useRef<AbortController | undefined>(undefined);
  const load = async (from?: string) => {
    fault.value = undefined;
    // A later answer counts, whichever comes first.
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    try {
      const asked = { query: QUERY, order: 'newest', limit: PAGE, cursor: from } as const;
      const found = await search(asked, controller.signal);
      images.value = from === undefined ? found.images : [...(images.peek() ?? []), ...found.images];
      cursor.value = found.cursor;
    } catch (error) {
      if (!controller.signal.aborted) fault.value = asError(error);
    }
  };
  const counted = useComputed(() => {
    const { failed, unsupported } = status.value?.images ?? {};
    return `${failed} ${unsupported}`;
  });
  useEffect(() => () => asking.current?.abort(), []);
  useSignalEffect(() => {
    // Counted anew by the pipeline: there may be more, or fewer after a retry.
    void counted.value;
    untracked(() => void load());
  });
  const { failed = 0, unsupported = 0 } = status.value?.images ?? {};
  const shown = images.value ?? [];
  return (
    <>
      <div class="bar">
        <div class="heading">
          <h1>Without tags</h1>
          <p role="status">{status.value && `${failed} failed, ${unsupported} of unsupported kinds`}</p>
        </div>
      </div>
      {fault.value && <Problem fault={fault.value} onRetry={() => void load()} />}
      {images.value !== undefined && shown.length === 0 && (
        <div class="emptiness">
          <span class="emptiness-sign">
            <Icon name="check" />
          </span>
          <h2>All pictures could be read</h2>
          <p>
            Files that are no picture, broken ones and those of unknown kinds would be listed here with the
            reason.
          </p>
        </div>
      )}
      <ul class="failures" aria-label={countText(shown.length, 'picture')}>
        {shown.map((image) => (
          <Failure key={nameOf(image)} image={image} />
        ))}
      </ul>
      {cursor.value !== undefined && (
        <button type="button" class="button more" onClick={() => void load(cursor.value)}>
          More
        </button>
      )}
    </>
  );
}

function Failure({ image }: { image: ApiImage }) {
  const { bucket, key, status: state, reason, reasonCode, sizeBytes } = image;
  return (
    <li class={`failure ${state}`}>
      <Icon name="problems" />
      <div>
        <h2>
          {bucket}/{key}
        </h2>
        <p>{reason ?? 'No reason was given.'}</p>
        <p class="soft">
          {[state, reasonCode, sizeBytes !== undefined && bytesText(sizeBytes), dayTitle(dateOf(image))]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <RetryButton image={image} />
    </li>
  );
}
