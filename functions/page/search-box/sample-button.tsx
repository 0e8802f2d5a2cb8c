import { START } from '../model/address.ts';
import { Icon } from '../parts/icon.tsx';
import { address, go } from '../store/address.ts';
import { find, sample } from '../store/answer.ts';

/** Finds what looks like a picture from elsewhere, which is shown to the server and not kept. */
export function SampleButton() {
  return (
    <label class="quiet" title="Search by a picture of yours">
      <Icon name="camera" />
      <span class="unseen">Search by a picture</span>
      <input
        type="file"
        class="unseen"
        accept="image/*"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file === undefined) return;
          sample.value = file;
          go({ ...START, query: address.value.query });
          void find();
        }}
      />
    </label>
  );
}
