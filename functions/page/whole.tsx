import { untracked, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { DuplicatesView } from './duplicates/duplicates-view.tsx';
import { PhotosView } from './gallery/photos-view.tsx';
import { LabelList } from './labels/label-list.tsx';
import { LabelSetsBanner } from './labels/label-sets-banner.tsx';
import { LabelSetsView } from './labels/label-sets-view.tsx';
import { Lightbox } from './lightbox/lightbox.tsx';
import { START } from './model/address.ts';
import { ConnectionBanner } from './parts/connection-banner.tsx';
import { Icon } from './parts/icon.tsx';
import { Link } from './parts/link.tsx';
import { LogOutButton } from './parts/log-out-button.tsx';
import { Navigation } from './parts/navigation.tsx';
import { ThemeButton } from './parts/theme-button.tsx';
import { ProblemsView } from './problems/problems-view.tsx';
import { SearchBox } from './search-box/search-box.tsx';
import { SelectionBar } from './selection/selection-bar.tsx';
import { StatusView } from './status/status-view.tsx';
import { address, question } from './store/address.ts';
import { find } from './store/answer.ts';
import { ChooseFiles } from './uploads/choose-files.tsx';
import { DropTarget } from './uploads/drop-target.tsx';
import { UploadPanel } from './uploads/upload-panel.tsx';

/** The whole page. */
export function Whole() {
  const sheet = useRef<HTMLDialogElement>(null);
  const { view } = address.value;
  useSearching();
  return (
    <>
      <a class="skip" href="#main">
        Skip to the pictures
      </a>
      <header class="head">
        <Link class="brand" to={START} aria-label="Cliptag, all pictures">
          <Icon name="tag" />
          <span>Cliptag</span>
        </Link>
        <SearchBox />
        <div class="head-buttons">
          <ChooseFiles />
          <ThemeButton />
          <LogOutButton />
        </div>
      </header>
      <div class="columns">
        <div class="side">
          <Navigation />
          {view === 'photos' && (
            <aside class="side-labels" aria-label="Labels of these pictures">
              <LabelList />
            </aside>
          )}
        </div>
        <main id="main" tabIndex={-1}>
          <ConnectionBanner />
          <LabelSetsBanner />
          {view === 'photos' && <PhotosView onLabels={() => sheet.current?.showModal()} />}
          {view === 'photos' && <SelectionBar />}
          {view === 'duplicates' && <DuplicatesView />}
          {view === 'labels' && <LabelSetsView />}
          {view === 'problems' && <ProblemsView />}
          {view === 'status' && <StatusView />}
        </main>
      </div>
      <LabelSheet sheet={sheet} />
      <UploadPanel />
      <DropTarget />
      <Lightbox />
    </>
  );
}

/** Asks anew whenever the address asks for something else. */
function useSearching(): void {
  const isFirst = useRef(true);
  useSignalEffect(() => {
    void question.value;
    if (address.peek().view !== 'photos') return;
    if (!isFirst.current && address.peek().image === undefined) scrollTo({ top: 0, behavior: 'instant' });
    isFirst.current = false;
    untracked(() => void find());
  });
  useEffect(() => {
    document.title = titleOf(address.value.query, address.value.view);
  }, [address.value.query, address.value.view]);
}

function titleOf(query: string, view: string): string {
  if (view !== 'photos') return `${view[0]?.toUpperCase()}${view.slice(1)} – Cliptag`;
  return query === '' ? 'Cliptag' : `${query} – Cliptag`;
}

/** The labels, where the window is too narrow to have them beside the pictures. */
function LabelSheet({ sheet }: { sheet: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog
      ref={sheet}
      class="sheet"
      aria-label="Labels of these pictures"
      // A click beside it closes it.
      {...{ closedby: 'any' }}
    >
      <header>
        <strong>Labels</strong>
        <button type="button" class="quiet" aria-label="Close" onClick={() => sheet.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <LabelList />
    </dialog>
  );
}
