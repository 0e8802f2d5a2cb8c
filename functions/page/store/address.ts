import { computed, signal } from '@preact/signals';
import { type Address, readAddress, START, writeAddress } from '../model/address.ts';

/** Where the page is; all else follows from it. */
export const address = signal<Address>(readAddress(location.search));

/** What the address asks for, which stays the same where a picture is enlarged or left. */
export const question = computed(() => {
  const { view, query, order, isAll, similar } = address.value;
  return JSON.stringify([view, query, order, isAll, similar]);
});

/** What the history keeps beside each address. */
interface HistoryEntry {
  /** How far it was scrolled when it was left. */
  readonly scroll?: number;
  /** Whether a picture was enlarged here, so that going back makes it small again. */
  readonly isEnlarged?: boolean;
}

/** Where else to go once the browser has gone back, which it does a moment after it is told to; undefined while it need not. */
let waiting: (() => void)[] | undefined;
/** A browser that was told too much in a second goes nowhere, and says nothing. */
const GOING_BACK_MILLISECONDS = 1_000;

history.scrollRestoration = 'manual';
addEventListener('popstate', () => {
  const isEnlarged = address.value.image !== undefined || waiting !== undefined;
  address.value = readAddress(location.search);
  const { scroll } = entry();
  // The gallery behind an enlarged picture has stayed where it was.
  if (scroll !== undefined && !isEnlarged) requestAnimationFrame(() => scrollTo(0, scroll));
  goOn();
});

function goOn(): void {
  const next = waiting ?? [];
  waiting = undefined;
  for (const act of next) act();
}

function entry(): HistoryEntry {
  return (history.state ?? {}) as HistoryEntry;
}

/** Goes to another address; what is not named stays. */
export function go(change: Partial<Address>, { isReplacing = false } = {}): void {
  if (waiting !== undefined) {
    waiting.push(() => go(change, { isReplacing }));
    return;
  }
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
  if (!entry().isEnlarged) {
    go({ image: undefined }, { isReplacing: true });
    return;
  }
  // The page is there at once, whenever the browser follows.
  const mine: (() => void)[] = [];
  waiting = mine;
  address.value = { ...address.value, image: undefined };
  history.back();
  setTimeout(() => {
    if (waiting !== mine) return;
    history.replaceState(entry(), '', writeAddress(address.value));
    goOn();
  }, GOING_BACK_MILLISECONDS);
}

/** A link's address, for those who open it in another tab. */
export function linkTo(change: Partial<Address>): string {
  return writeAddress({ ...address.value, ...change });
}

/** Searches anew: what was open or compared is left behind. */
export function searchFor(query: string): void {
  go({ ...START, query, order: address.value.order });
}
