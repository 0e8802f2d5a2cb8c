import { announcement, dismiss, notices } from '../store/notices.ts';
import { Icon } from './icon.tsx';

/** Remarks at the window's edge, read out as they come. They stand outside the page, which a lightbox makes inert. */
export function Notices() {
  return (
    <>
      <div class="notices" role="status" aria-live="polite">
        {notices.value.map(({ number, text, kind }) => (
          <div key={number} class={`notice ${kind}`}>
            <Icon name={kind === 'done' ? 'check' : 'problems'} />
            <span>{text}</span>
            <button type="button" class="quiet" aria-label="Dismiss" onClick={() => dismiss(number)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}
