import { signal } from '@preact/signals';
import { tell } from './notices.ts';
import { recentQueries } from './preferences.ts';

/** Whether this browser has logged in with a token. */
export const isLoggedIn = signal(false);

export async function loadSession(): Promise<void> {
  try {
    const answer = await fetch('/session');
    const session: { readonly isLoggedIn?: boolean } = answer.ok ? await answer.json() : {};
    isLoggedIn.value = session.isLoggedIn === true;
  } catch {
    // No server answers, or one that asks for no token.
  }
}

/** Ends the session, here and on the server. Whoever has the browser next sees nothing of what was looked for. */
export async function logOut(): Promise<void> {
  try {
    await fetch('/logout', { method: 'POST', redirect: 'manual' });
    recentQueries.value = [];
    location.replace('/');
  } catch {
    tell('The server does not answer: you are still logged in.', 'fault');
  }
}
