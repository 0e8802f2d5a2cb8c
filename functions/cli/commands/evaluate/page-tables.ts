import type { Calibration } from '../../../core/evaluation/calibration.ts';
import type { TagQuality } from '../../../core/evaluation/tag-quality.ts';
import { countText } from '../../../terminal/amounts.ts';
import { calibrationChart, rangeText } from '../../pages/calibration-chart.ts';
import { type Markup, markup } from '../../pages/markup.ts';
import type { CandidateResult } from './evaluation.ts';
import { percentText } from './evaluation-text.ts';
import { bar } from './page-figures.ts';

/** A label set of thousands would make a page that no browser likes to show. */
const MAXIMUM_LABELS = 1000;
const MAXIMUM_CONFUSIONS = 100;

/** The calibration curve of the best label, and with a label set that of the shown tags. */
export function charts({ calibration, tags }: CandidateResult): Markup {
  const best = chart('How far the best label can be trusted', calibration, 'pictures');
  if (!tags)
    return markup`<div class="pair">${best}<div class="words">${CHART_WORDS}${binTable(calibration)}</div></div>`;
  return markup`<div class="pair">${best}${chart('How far shown tags can be trusted', tags.calibration, 'tags')}</div>
<div class="words wide">${CHART_WORDS}</div>`;
}

const CHART_WORDS = markup`<p>Each bar stands for answers of similar score and shows how many of them were right. A line marks their mean score:
where both meet, scores can be taken at their word, and of what scores 0.8 eight in ten are right.</p>
<p><span class="key-too-high">Amber</span>: fewer were right than the score promised. <span class="key-too-low">The other green</span>: more were. The mean of
these distances, each bar weighed by its number, is the expected calibration error (ECE; Guo et al. 2017).</p>`;

function binTable({ bins }: Calibration): Markup {
  return markup`<table class="bins"><thead><tr><th>Score</th><th class="number">Pictures</th><th class="number">Mean score</th><th class="number">Right</th></tr></thead>
<tbody>${bins.map(
    (bin) =>
      markup`<tr><td>${rangeText(bin)}</td><td class="number">${countText(bin.count)}</td><td class="number">${bin.meanScore.toFixed(2)}</td><td class="number">${percentText(bin.right)}</td></tr>`,
  )}</tbody></table>`;
}

function chart(title: string, calibration: Calibration, what: string): Markup {
  return markup`<figure><figcaption><h3>${title}</h3><span>ECE ${calibration.expectedError.toFixed(3)}</span></figcaption>
${calibrationChart(calibration, what)}</figure>`;
}

/** What a label set shows with other minimum scores. */
export function tagTable({ tags }: CandidateResult): Markup {
  if (!tags) return markup``;
  const row = (
    name: string,
    quality: TagQuality,
    kind: string,
  ) => markup`<tr class="${kind}"><td class="name">${name}</td>
${[quality.tagsRight, quality.picturesTagged, quality.picturesRight].map(
  (value) => markup`<td class="number">${percentText(value)}</td>`,
)}<td class="number">${quality.tagsPerPicture.toFixed(2)}</td></tr>`;
  return markup`<h3>Tags by minimum score</h3>
<div class="scroll short"><table><thead><tr><th>Minimum score</th><th class="number">Tags right</th><th class="number">Pictures tagged</th><th class="number">With a right tag</th><th class="number">Tags a picture</th></tr></thead>
<tbody>${row(`${tags.minimumScore} (as it is)`, tags, 'own')}
${tags.byMinimumScore.map((quality) => row(quality.minimumScore.toFixed(2), quality, ''))}</tbody></table></div>`;
}

/** Every label, weakest first. */
export function labelTable({ perLabel }: CandidateResult): Markup {
  const more = perLabel.length - MAXIMUM_LABELS;
  const share = (value: number | null) =>
    markup`<td class="number share">${percentText(value)}${value === null ? undefined : bar(value)}</td>`;
  const rows = perLabel
    .slice(0, MAXIMUM_LABELS)
    .map(
      ({ label, pictures, recall, precision }) =>
        markup`<tr><td>${label}</td><td class="number">${countText(pictures)}</td>${share(recall)}${share(precision)}</tr>`,
    );
  return markup`<div><h3>Labels, weakest first</h3>
<div class="scroll" tabindex="0"><table><thead><tr><th>Label</th><th class="number">Pictures</th><th class="number">Recall</th><th class="number">Precision</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${more > 0 ? markup`<p class="remark">and ${countText(more)} more (--json)</p>` : undefined}</div>`;
}

export function confusionTable({ confusions }: CandidateResult): Markup {
  if (confusions.length === 0)
    return markup`<div><h3>Most confused</h3><p class="remark">Nothing was.</p></div>`;
  const most = confusions[0]?.pictures ?? 1;
  const rows = confusions
    .slice(0, MAXIMUM_CONFUSIONS)
    .map(
      ({ label, predicted, pictures }) =>
        markup`<tr><td>${label}</td><td>${predicted}</td><td class="number share">${countText(pictures)}${bar(pictures / most)}</td></tr>`,
    );
  return markup`<div><h3>Most confused</h3>
<div class="scroll" tabindex="0"><table><thead><tr><th>Is</th><th>Was taken for</th><th class="number">Pictures</th></tr></thead>
<tbody>${rows}</tbody></table></div></div>`;
}
