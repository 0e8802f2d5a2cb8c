import { signal } from '@preact/signals';
import { type Address, readAddress, START, writeAddress } from '../model/address.ts';

/** Where the page is; all else follows from it. */
export const address = signal<Address>(readAddress(location.search));

/** What the history keeps beside each address. */
interface HistoryEntry {
  /** How far it was scrolled when it was left. */
  readonly scroll?: number;
  /** Whether a picture was enlarged here, so that going back makes it small again. */
  readonly isEnlarged?: boolean;
}

history.scrollRestoration = 'manual';
addEventListener('popstate', () => {
  const before = address.value;
  address.value = readAddress(location.search);
  const { scroll } = entry();
  // The gallery behind an enlarged picture has stayed where it was.
  if (scroll !== undefined && before.image === undefined) requestAnimationFrame(() => scrollTo(0, scroll));
});

function entry(): HistoryEntry {
  return (history.state ?? {}) as HistoryEntry;
}

/** Goes to another address; what is not named stays. */
export function go(change: Partial<Address>, { isReplacing = false } = {}): void {
  const before = address.value;
  const next = { ...before, ...change };
  const path = writeAddress(next);
  if (path === writeAddress(before)) return;
  if (isReplacing) history.replaceState(entry(), '', path);
  else {
    history.replaceState({ ...entry(), scroll: scrollY } satisfies HistoryEntry, '');
    const isEnlarged = before.image === undefined && next.image !== undefined;
    history.pushState({ isEnlarged } satisfies HistoryEntry, '', path);
  }
  address.value = next;
}

/** From the enlarged picture back to where it was enlarged, or to the gallery if a link has led to it. */
export function leaveImage(): void {
  if (address.value.image === undefined) return;
  if (entry().isEnlarged) history.back();
  else go({ image: undefined }, { isReplacing: true });
}

/** A link's address, for those who open it in another tab. */
export function linkTo(change: Partial<Address>): string {
  return writeAddress({ ...address.value, ...change });
}

/** Searches anew: what was open or compared is left behind. */
export function searchFor(query: string): void {
  go({ ...START, query, order: address.value.order });
}
