import { Icon } from '../parts/icon.tsx';
import { go, searchFor } from '../store/address.ts';
import { answer } from '../store/answer.ts';
import { ChooseFiles } from '../uploads/choose-files.tsx';

/** What to do where there are no pictures at all. */
export function EmptyCollection() {
  return (
    <div class="emptiness">
      <span class="emptiness-sign">
        <Icon name="photos" />
      </span>
      <h1>No pictures yet</h1>
      <p>
        Drop pictures or whole folders anywhere on this page. Their tags appear as soon as they are found.
      </p>
      <ChooseFiles isProminent />
      <p class="soft">
        Or put them into the bucket with any S3 client, and they appear here too:{' '}
        <code>npx cliptag start</code> has printed the lines for it.
      </p>
    </div>
  );
}

export function NothingFound() {
  const { beyond } = answer.value;
  return (
    <div class="emptiness">
      <span class="emptiness-sign">
        <Icon name="search" />
      </span>
      <h1>No picture fits</h1>
      <p>
        {beyond > 0
          ? 'None is relevant enough by what it shows. The rest, best first, may still have what you look for.'
          : 'Fewer conditions find more. Words that are no label are compared with what the pictures show.'}
      </p>
      {beyond > 0 && (
        <button type="button" class="button accent" onClick={() => go({ isAll: true })}>
          Show the rest
        </button>
      )}
      <button type="button" class="button" onClick={() => searchFor('')}>
        Show all pictures
      </button>
    </div>
  );
}
