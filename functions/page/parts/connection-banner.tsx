import { connection } from '../store/connection.ts';
import { Icon } from './icon.tsx';

/** Told plainly, for nothing else on the page is true then. */
export function ConnectionBanner() {
  if (connection.value !== 'lost') return null;
  return (
    <div class="banner" role="alert">
      <Icon name="problems" />
      <span>
        <b>The pipeline does not answer.</b> It may have been stopped: <code>npx cliptag start</code> starts
        it. This page tries again by itself.
      </span>
    </div>
  );
}
