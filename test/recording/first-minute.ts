import { join } from 'node:path';
import { repository } from '../e2e/support.ts';
import type { Cast } from './cast.ts';
import { filmOf } from './film.ts';
import { filmSvg } from './film-svg.ts';
import { transcriptOf } from './screens.ts';

export const FILM_SECONDS = 20;

const IMAGES = join(repository, 'docs', 'images');

/** The files of docs/images that are made of the session. */
export const FIRST_MINUTE = {
  casts: [1, 2].map((terminal) => join(IMAGES, `first-minute-${terminal}.cast`)),
  svg: join(IMAGES, 'first-minute.svg'),
  text: join(IMAGES, 'first-minute.txt'),
} as const;

const TITLE = 'The first minute with Cliptag';
const ABOUT =
  'Two terminals. In the first, npm installs Cliptag and npx cliptag start tags seven sample photographs and serves. In the second, a photograph is copied into the watched folder and found by npx cliptag query.';

/** Both terminals as texts, for whoever reads, or has read to them. */
export async function sessionText(casts: readonly Cast[]): Promise<string> {
  const parts = await Promise.all(
    casts.map(async (cast) => [`── ${cast.title} ──`, '', ...(await transcriptOf(cast)), ''].join('\n')),
  );
  return parts.join('\n');
}

export async function sessionSvg(casts: readonly Cast[]): Promise<string> {
  return filmSvg(await filmOf(casts, FILM_SECONDS), { title: TITLE, about: ABOUT });
}
