import { resolve } from 'node:path';
import pMap from 'p-map';
import { thumbnail } from '../../../../adapters/sharp/thumbnail.ts';
import { CliptagError } from '../../../../core/errors.ts';
import type { Find } from '../../../../core/learning/label-finds.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { imageBytes } from '../../../images/image-results.ts';
import type { StoredPictures } from '../../../labels/stored-pictures.ts';
import { htmlPage } from '../../../pages/html-page.ts';
import { type Markup, markup } from '../../../pages/markup.ts';
import { pageStyle } from '../../../pages/page-style.ts';
import { qualityText, type ToldVerdict } from './learned-text.ts';

const STYLE = ['functions', 'cli', 'commands', 'labels', 'learn', 'learning-page.css'] as const;

/** Twice as wide as they are shown, for fine screens, in pixels. */
const LONGEST_SIDE = 240;
const PICTURES_AT_ONCE = 8;
/** Examples of a label that are shown; the others are counted. */
const SHOWN_EXAMPLES = 12;
/** A page of more takes browsers long: a picture has some 10 KB. */
const MAXIMUM_PICTURES = 600;

export interface LearningPageContent {
  /** What was learned with what, as a sentence. */
  readonly about: string;
  readonly verdicts: ReadonlyArray<ToldVerdict & ExampleNames>;
  readonly date: Date;
}

/** As a fit has them. */
export interface ExampleNames {
  readonly examples: { readonly positive: readonly string[]; readonly negative: readonly string[] };
}

/**
 * What was learned, as one page of HTML with small pictures in it that needs nothing beside itself.
 *
 * @param folder that names of files are relative to
 */
export async function learningPage(
  { about, verdicts, date }: LearningPageContent,
  { stored, folder }: { readonly stored: StoredPictures; readonly folder: string },
): Promise<string> {
  const uriOf = await smallPictures(verdicts.flatMap(shownNames), { stored, folder });
  return htmlPage({
    title: about,
    style: await pageStyle('plain', ...STYLE),
    body: markup`<header>
<h1>Learned from examples</h1>
<p>${about} · ${date.toISOString().slice(0, 10)}</p>
</header>
<main>${verdicts.map((verdict) => section(verdict, uriOf))}</main>
<footer>Made by <code>cliptag labels learn</code>.</footer>`,
  });
}

type UriOf = (name: string) => string | undefined;

function shownNames({
  examples: { positive, negative },
  finds,
}: ToldVerdict & ExampleNames): readonly string[] {
  const some = [...positive.slice(0, SHOWN_EXAMPLES), ...negative.slice(0, SHOWN_EXAMPLES)];
  return [...finds.map(({ name }) => name), ...some];
}

async function smallPictures(
  names: readonly string[],
  { stored, folder }: { readonly stored: StoredPictures; readonly folder: string },
): Promise<UriOf> {
  const wanted = [...new Set(names)].slice(0, MAXIMUM_PICTURES);
  const read = (name: string) =>
    name.startsWith('s3://') ? stored(name) : imageBytes(resolve(folder, name));
  const uris = await pMap(wanted, (name) => smallUri(() => read(name)), { concurrency: PICTURES_AT_ONCE });
  const known = new Map(wanted.map((name, i) => [name, uris[i]]));
  return (name) => known.get(name);
}

async function smallUri(read: () => Promise<Uint8Array | undefined>): Promise<string | undefined> {
  try {
    const bytes = await read();
    const small = bytes && (await thumbnail(bytes, LONGEST_SIDE));
    return small && `data:image/webp;base64,${Buffer.from(small).toString('base64')}`;
  } catch (error) {
    // Gone, out of reach or no picture any more: it is named all the same.
    if (error instanceof CliptagError) return undefined;
    throw error;
  }
}

function section(verdict: ToldVerdict & ExampleNames, uriOf: UriOf): Markup {
  const { label, examples, quality, isTaken, finds } = verdict;
  const found = finds.filter(({ isTag }) => isTag).length;
  return markup`<section>
<h2>${label}</h2>
<p class="verdict ${quality.verdict === 'no better' ? 'no' : 'better'}">${capital(qualityText(quality))}${isTaken ? '' : '; left to its words'}.</p>
<h3>Finds first, of what is no example (${countText(found)} with a tag)</h3>
<ul>${finds.map((find) => findCard(find, uriOf))}</ul>
${row('Examples', examples.positive, uriOf)}
${examples.negative.length > 0 ? row('Examples without it', examples.negative, uriOf) : undefined}
</section>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function row(title: string, names: readonly string[], uriOf: UriOf): Markup {
  const more = names.length - SHOWN_EXAMPLES;
  return markup`<h3>${title} (${countText(names.length)}${more > 0 ? `, ${SHOWN_EXAMPLES} of them shown` : ''})</h3>
<ul>${names.slice(0, SHOWN_EXAMPLES).map((name) => markup`<li title="${name}">${picture(name, uriOf)}<span>${lastPart(name)}</span></li>`)}</ul>`;
}

function findCard({ name, score, isTag, placeByWords }: Find, uriOf: UriOf): Markup {
  return markup`<li class="${isTag ? 'tag' : 'low'}" title="${name}">${picture(name, uriOf)}<span><b>${score.toFixed(2)}</b> ${lastPart(name)}, ${countText(placeByWords)} by words</span></li>`;
}

function picture(name: string, uriOf: UriOf): Markup | undefined {
  const uri = uriOf(name);
  return uri === undefined ? undefined : markup`<img src="${uri}" alt="${name}" loading="lazy">`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
