import { Icon } from '../parts/icon.tsx';
import { upload } from '../store/uploads.ts';

/** Buttons that take files and whole folders. */
export function ChooseFiles({ isProminent = false }: { isProminent?: boolean }) {
  return (
    <div class={isProminent ? 'choose prominent' : 'choose'}>
      <label class="button accent" title="Upload pictures">
        <Icon name="upload" />
        <span>{isProminent ? 'Choose pictures' : 'Upload'}</span>
        <input type="file" class="unseen" multiple onChange={take} aria-label="Upload pictures" />
      </label>
      <label class={isProminent ? 'button' : 'button icon-only'} title="Upload a folder">
        <Icon name="folder" />
        <span class={isProminent ? '' : 'unseen'}>Choose a folder</span>
        <input
          type="file"
          class="unseen"
          multiple
          // In no types yet, and in every browser.
          {...{ webkitdirectory: true }}
          onChange={take}
          aria-label="Upload a folder"
        />
      </label>
    </div>
  );
}

function take({ currentTarget }: Event & { currentTarget: HTMLInputElement }): void {
  upload(
    [...(currentTarget.files ?? [])].map((file) => ({ file, name: file.webkitRelativePath || file.name })),
  );
  currentTarget.value = '';
}
