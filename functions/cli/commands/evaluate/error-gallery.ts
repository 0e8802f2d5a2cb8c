import { countText } from '../../../terminal/amounts.ts';
import { type Markup, markup } from '../../pages/markup.ts';
import type { ErrorPair, ErrorPicture } from './error-pictures.ts';
import { bar } from './page-figures.ts';

/** The pictures that went wrong, by confusion, with what was expected and the best labels. */
export function errorGallery(pairs: readonly ErrorPair[]): Markup {
  if (pairs.length === 0) return markup``;
  return markup`<h3>Pictures that went wrong</h3>
<div class="errors">${pairs.flatMap((pair) => pair.pictures.map((picture) => card(pair, picture)))}</div>`;
}

function card({ label, predicted, count }: ErrorPair, { judged, dataUri }: ErrorPicture): Markup {
  const best = judged.best.map(({ label: name, score }) => {
    const kind = judged.right.has(name) ? 'fits' : 'wrong';
    return markup`<li class="${kind}"><span>${name}</span><span>${score.toFixed(2)}</span>${bar(score)}</li>`;
  });
  return markup`<article>
<img src="${dataUri}" alt="${label}, taken for ${predicted}">
<h4>${label} <span>taken for</span> ${predicted}</h4>
<ol>${best}</ol>
<p class="place">${judged.picture.name}${count > 1 ? ` · one of ${countText(count)}` : undefined}</p>
</article>`;
}
