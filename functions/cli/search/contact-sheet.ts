import pMap from 'p-map';
import type { SearchedImage } from '../../core/search/image-search.ts';
import { countText } from '../../terminal/amounts.ts';
import { htmlPage } from '../pages/html-page.ts';
import { type Markup, markup } from '../pages/markup.ts';
import { pageStyle } from '../pages/page-style.ts';
import type { OpenedSearch, SmallPicture } from './opened-search.ts';
import { pageAddress } from './page-address.ts';

const STYLE = ['functions', 'cli', 'search', 'contact-sheet.css'] as const;

/** Pictures that are fetched and made small at once. */
const PICTURES_AT_ONCE = 8;

/** Tags of a picture that a sheet shows; all of them stand in its title. */
const SHOWN_TAGS = 6;

export interface SheetContent {
  /** What was looked for. */
  readonly title: string;
  /** How many there are. */
  readonly summary: string;
  readonly images: readonly SearchedImage[];
  readonly date: Date;
}

/**
 * Found images as one page of HTML, with small pictures in it, that needs nothing beside itself. Of the local pipeline's images
 * each is a link to the pipeline's page.
 */
export async function contactSheet(
  { title, summary, images, date }: SheetContent,
  search: Pick<OpenedSearch, 'thumbnail' | 'page'>,
): Promise<string> {
  const cards = await pMap(
    images,
    async (image) =>
      card(image, await search.thumbnail(image), search.page && pageAddress(search.page, { image }).href),
    {
      concurrency: PICTURES_AT_ONCE,
    },
  );
  const firstBeyond = images.findIndex(({ isBeyond }) => isBeyond);
  const relevant = firstBeyond < 0 ? images.length : firstBeyond;
  return htmlPage({
    title: `${title}: ${countText(images.length)} pictures`,
    style: await pageStyle('plain', ...STYLE),
    body: markup`<header>
<h1>${title}</h1>
<p>${summary} · ${date.toISOString().slice(0, 10)}</p>
</header>
<main>
<ul>${cards.slice(0, relevant)}</ul>
${
  relevant < images.length
    ? markup`<h2>Less relevant</h2>
<ul>${cards.slice(relevant)}</ul>`
    : undefined
}
</main>
<footer>Made by <code>cliptag search</code>.</footer>`,
  });
}

function card(image: SearchedImage, small: SmallPicture | undefined, address: string | undefined): Markup {
  const { bucket, key, score, status, tags, reason } = image;
  const name = `s3://${bucket}/${key}`;
  const picture = small
    ? markup`<img src="${dataUri(small)}" alt="${altText(image)}" loading="lazy">`
    : markup`<span class="none">${status === 'tagged' ? 'no picture' : status}</span>`;
  return markup`<li>
${address === undefined ? picture : markup`<a href="${address}">${picture}</a>`}
<p class="name" title="${name}">${key}</p>
<p class="about">${score === undefined ? undefined : markup`<b>${score.toFixed(2)}</b>`}${whenText(image)}</p>
${status === 'tagged' ? markup`<p class="tags" title="${tagTexts(tags).join(', ')}">${tagTexts(tags.slice(0, SHOWN_TAGS)).map((text) => markup`<span>${text}</span>`)}</p>` : markup`<p class="reason">${reason}</p>`}
</li>
`;
}

function altText({ tags, key }: SearchedImage): string {
  return tags.length > 0 ? tags.map(({ label }) => label).join(', ') : key;
}

function tagTexts(tags: SearchedImage['tags']): string[] {
  return tags.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
}

function whenText({ takenAt, camera, width, height }: SearchedImage): string {
  const size = width === undefined ? [] : [`${width} × ${height}`];
  return [
    ...(takenAt ? [takenAt.slice(0, 'YYYY-MM-DD'.length)] : []),
    ...(camera ? [camera] : []),
    ...size,
  ].join(' · ');
}

function dataUri({ mediaType, bytes }: SmallPicture): string {
  return `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
}
