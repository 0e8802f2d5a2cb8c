import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SearchAnswer, SearchedImage } from '../../core/search/image-search.ts';
import { countText } from '../../terminal/amounts.ts';
import { EXIT } from '../../terminal/exit-code.ts';
import type { Output } from '../../terminal/output.ts';
import { foundLines, summaryText } from './found-text.ts';
import { type AskPage, imagePages } from './image-pages.ts';
import type { OpenedSearch } from './opened-search.ts';
import { type PageView, pageAddress } from './page-address.ts';
import { type AnswerFlags, DEFAULT_LIMIT } from './search-flags.ts';

/** A sheet of more takes browsers long: it has some 10 KB for each. */
const MAXIMUM_SHEET_PICTURES = 2_000;

export interface AnswerRequest {
  /** What remarks begin with, e.g. `cliptag search`. */
  readonly program: string;
  readonly flags: AnswerFlags;
  readonly ask: AskPage;
  /** What was looked for, once the first page has said how it was understood. */
  titleOf(answer: SearchAnswer): string;
  /** What the pipeline's page is opened with. */
  readonly view: PageView;
}

/** Prints an answer page by page, and makes a contact sheet of it where one is asked for; resolves to the exit code. */
export async function showAnswer(
  search: OpenedSearch,
  request: AnswerRequest,
  output: Output,
): Promise<number> {
  const { flags, ask, program } = request;
  const limit = Number(flags.limit ?? DEFAULT_LIMIT);
  const images: SearchedImage[] = [];
  let first: SearchAnswer | undefined;
  let last: SearchAnswer | undefined;
  for await (const answer of imagePages(ask, { limit, cursor: flags.cursor })) {
    first ??= answer;
    last = answer;
    const lines = flags.json
      ? answer.images.map((image) => JSON.stringify(image))
      : foundLines(answer.images);
    for (const line of lines) await output.line(line);
    images.push(...answer.images);
  }
  if (!first) return EXIT.failed;
  const summary = summaryText(first, { shown: images.length, isAll: flags.all ?? false });
  if (!flags.json) await output.line(summary);
  else if (last?.cursor !== undefined)
    output.remark(`${program}: there are more; go on with --cursor ${last.cursor}`);
  await showPages(search, request, { title: request.titleOf(first), summary, images }, output);
  return EXIT.done;
}

async function showPages(
  search: OpenedSearch,
  { program, flags: { html, open }, view }: AnswerRequest,
  content: { readonly title: string; readonly summary: string; readonly images: readonly SearchedImage[] },
  output: Output,
): Promise<void> {
  if (html !== undefined) {
    const [{ contactSheet }, { writePage }] = await Promise.all([
      import('./contact-sheet.ts'),
      import('../pages/page-file.ts'),
    ]);
    const images = content.images.slice(0, MAXIMUM_SHEET_PICTURES);
    await writePage(html, await contactSheet({ ...content, images, date: new Date() }, search));
    const part = images.length < content.images.length ? `, with the first ${countText(images.length)}` : '';
    output.remark(`${program}: the contact sheet is ${html}${part}`);
  }
  if (!open) return;
  const address =
    html === undefined ? search.page && pageAddress(search.page, view) : pathToFileURL(resolve(html));
  if (!address) return;
  const { openInBrowser } = await import('../../terminal/browser.ts');
  if (!(await openInBrowser(address)))
    output.remark(`${program}: no browser could be opened here: ${address}`);
}
