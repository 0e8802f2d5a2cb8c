import { isLoggedIn, logOut } from '../store/session.ts';
import { Icon } from './icon.tsx';

/** There only where the page asks for a token. */
export function LogOutButton() {
  if (!isLoggedIn.value) return null;
  return (
    <button
      type="button"
      class="button icon-only"
      aria-label="Log out"
      title="Log out"
      onClick={() => void logOut()}
    >
      <Icon name="leave" />
    </button>
  );
}
