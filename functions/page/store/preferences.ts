import { effect, signal } from '@preact/signals';

/** What a reader likes, kept in this browser. */
export const theme = kept<'system' | 'light' | 'dark'>('theme', 'system');
export const tagsShown = kept('tags', true);
export const rowHeight = kept('row-height', 220);
export const recentQueries = kept<readonly string[]>('recent-queries', []);

const MAXIMUM_RECENT = 8;

export function remember(query: string): void {
  if (query.trim() === '') return;
  recentQueries.value = [query, ...recentQueries.value.filter((recent) => recent !== query)].slice(
    0,
    MAXIMUM_RECENT,
  );
}

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

/** A signal that outlives the page, where the browser lets it. */
function kept<Value>(name: string, initial: Value) {
  const key = `cliptag.${name}`;
  const value = signal(initial);
  try {
    const text = localStorage.getItem(key);
    const stored: unknown = text === null ? undefined : JSON.parse(text);
    if (typeof stored === typeof initial && Array.isArray(stored) === Array.isArray(initial))
      value.value = stored as Value;
  } catch {
    // No storage, or not ours.
  }
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(value.value));
    } catch {
      // It holds for this visit, then.
    }
  });
  return value;
}
