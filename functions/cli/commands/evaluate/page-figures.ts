import { countText } from '../../../terminal/amounts.ts';
import { type Markup, markup } from '../../pages/markup.ts';
import type { CandidateResult } from './evaluation.ts';
import { percentText } from './evaluation-text.ts';

/** Rows that are shown of a long list; the rest is left to --json, so that the page stays small. */
const MAXIMUM_ROWS = 500;

/** The figures that sum a result up. */
export function figures(result: CandidateResult): Markup {
  const { pictures, top1, top5, calibration, tags } = result;
  return markup`<dl class="figures">
${figure('Top-1', percentText(top1), 'best label right')}
${figure('Top-5', percentText(top5), 'right among the best five')}
${figure('Calibration error', calibration.expectedError.toFixed(3), 'ECE of the best label')}
${
  tags && [
    figure('Tags right', percentText(tags.tagsRight), `of shown tags, minimum score ${tags.minimumScore}`),
    figure(
      'Pictures tagged',
      percentText(tags.picturesTagged),
      `${tags.tagsPerPicture.toFixed(2)} tags each`,
    ),
  ]
}
${figure('Pictures', countText(pictures), `${countText(result.labels)} labels to choose from`)}
</dl>`;
}

function figure(name: string, value: string, note: string): Markup {
  return markup`<div><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
}

/** A folded list of what was left out, each with a note; nothing when there is nothing. */
export function leftOut(title: string, rows: ReadonlyArray<readonly [name: string, note: string]>): Markup {
  if (rows.length === 0) return markup``;
  const more = rows.length - MAXIMUM_ROWS;
  return markup`<details class="left-out"><summary>${title} <span>${countText(rows.length)}</span></summary>
<ul>${rows.slice(0, MAXIMUM_ROWS).map(([name, note]) => markup`<li><b>${name}</b> <span>${note}</span></li>`)}</ul>
${more > 0 ? markup`<p class="remark">and ${countText(more)} more (--json)</p>` : undefined}</details>`;
}

/** A share as a bar that fills its cell. */
export function bar(value: number): Markup {
  const width = Math.round(1000 * value) / 10;
  return markup`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="6"/><rect class="fill" width="${width}" height="6"/></svg>`;
}
