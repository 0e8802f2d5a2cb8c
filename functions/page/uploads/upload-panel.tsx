import { useSignal } from '@preact/signals';
import { bytesText, numberText } from '../model/texts.ts';
import { Icon } from '../parts/icon.tsx';
import {
  cancelUploads,
  countOf,
  forgetUploads,
  retryUploads,
  type Upload,
  uploads,
} from '../store/uploads.ts';

/** A list of ten thousand files helps nobody: those at work and those that failed. */
const MOST_LINES = 60;

/** Files on their way, one by one and in all. */
export function UploadPanel() {
  const isSmall = useSignal(false);
  const { all } = uploads.value;
  if (all.length === 0) return null;
  const failed = countOf('failed');
  const sent = countOf('sent');
  const known = countOf('known');
  const cancelled = countOf('cancelled');
  const isDone = countOf('waiting') + countOf('sending') === 0;
  return (
    <aside class="upload-panel" aria-label="Uploads">
      <header>
        <strong>
          {isDone
            ? `${numberText(sent)} uploaded`
            : `Uploading ${numberText(sent)} of ${numberText(all.length)}`}
          {known > 0 && <span class="soft"> · {numberText(known)} already there</span>}
          {failed > 0 && <span class="bad"> · {numberText(failed)} failed</span>}
          {cancelled > 0 && <span class="soft"> · {numberText(cancelled)} cancelled</span>}
        </strong>
        <button
          type="button"
          class="quiet"
          aria-expanded={!isSmall.value}
          aria-label="List of files"
          onClick={() => {
            isSmall.value = !isSmall.value;
          }}
        >
          <Icon name={isSmall.value ? 'plus' : 'minus'} />
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={isDone ? 'Close the list of uploads' : 'Cancel uploads'}
          onClick={isDone ? forgetUploads : cancelUploads}
        >
          <Icon name="close" />
        </button>
      </header>
      <Progress all={all} />
      {!isSmall.value && (
        <ul>
          {linesOf(all).map((one) => (
            <UploadLine key={one.name} one={one} />
          ))}
        </ul>
      )}
      {isDone && failed + cancelled > 0 && (
        <button type="button" class="button" onClick={retryUploads}>
          <Icon name="retry" />
          Try these again
        </button>
      )}
    </aside>
  );
}

function Progress({ all }: { all: readonly Upload[] }) {
  const bytes = all.reduce((sum, { file }) => sum + file.size, 0);
  const sent = all.reduce(
    (sum, { sentBytes, state, file }) =>
      sum + (state === 'sent' || state === 'known' ? file.size : sentBytes),
    0,
  );
  return <progress max={Math.max(1, bytes)} value={bytes === 0 ? 1 : sent} aria-label="Uploaded in all" />;
}

const RANK: Readonly<Record<Upload['state'], number>> = {
  failed: 0,
  sending: 1,
  waiting: 2,
  cancelled: 3,
  sent: 4,
  known: 4,
};

function linesOf(all: readonly Upload[]): readonly Upload[] {
  return [...all].sort((a, b) => RANK[a.state] - RANK[b.state]).slice(0, MOST_LINES);
}

function UploadLine({ one }: { one: Upload }) {
  const { name, state, file, sentBytes, fault } = one;
  return (
    <li class={`upload ${state}`}>
      <span class="name" title={name}>
        {name}
      </span>
      <span class="soft">{stateText(one)}</span>
      {state === 'sending' && (
        <progress max={Math.max(1, file.size)} value={sentBytes} aria-label={`Uploaded of ${name}`} />
      )}
      {state === 'failed' && <span class="bad">{fault}</span>}
    </li>
  );
}

function stateText({ state, file, sentBytes }: Upload): string {
  switch (state) {
    case 'sending':
      return `${Math.round((100 * sentBytes) / Math.max(1, file.size))} %`;
    case 'sent':
      return bytesText(file.size);
    case 'known':
      return 'already there';
    default:
      return state;
  }
}
