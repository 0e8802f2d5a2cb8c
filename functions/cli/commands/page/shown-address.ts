import { openInBrowser } from '../../../terminal/browser.ts';
import type { Output } from '../../../terminal/output.ts';

/** Prints where the page is, and opens it if that is wanted. */
export async function showAddress(
  address: URL,
  { isOpened }: { readonly isOpened: boolean },
  output: Output,
): Promise<void> {
  await output.line(address.origin);
  if (!isOpened) return;
  if (!(await openInBrowser(address))) output.remark('cliptag page: no browser could be opened here');
}
