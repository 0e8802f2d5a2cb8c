import { createHash } from 'node:crypto';
import type { Calibration } from '../../../../core/evaluation/calibration.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { calibrationChart } from '../../../pages/calibration-chart.ts';
import { type Markup, markup } from '../../../pages/markup.ts';
import type { CalibratedLabel, LearnedFrom, NearPicture } from './calibrated-label.ts';
import { methodText, outcomeText } from './calibration-words.ts';
import { distributionChart } from './distribution-chart.ts';
import type { SmallPictures } from './small-pictures.ts';
import { thresholdChart } from './threshold-chart.ts';

type UriOf = (name: string) => string | undefined;

/** Names of examples that are shown. */
const SHOWN_EXAMPLES = 8;

/** All that is told of one label: where pictures stand, what they are, and how right it is. */
export function labelSection(label: CalibratedLabel, pictures: SmallPictures): Markup {
  const { learned, remarks, minimumScore, above, below } = label;
  const uriOf: UriOf = (name) => pictures.dataUri(label, name);
  return markup`<section id="${sectionId(label)}">
<h3>${label.label}${label.parent === undefined ? undefined : markup` <span>→ ${label.parent}</span>`}</h3>
<p class="facts">${facts(label)}</p>
${remarks.map((remark) => markup`<p class="remark">${remark}</p>`)}
${learned && examples(learned)}
<div class="pair">
<figure>${distributionChart(label)}</figure>
<div class="near">${row(`Just above ${minimumScore.toFixed(2)}`, above, uriOf)}${row('Just below', below, uriOf)}</div>
</div>
${label.calibration && measures(label, label.calibration)}
</section>`;
}

/** A name of its own for the section, whatever the label is called. */
export function sectionId({ label }: CalibratedLabel): string {
  return `label-${createHash('sha256').update(label).digest('hex').slice(0, 12)}`;
}

function facts({
  shown,
  null: none,
  method,
  minimumScore,
  positives,
  negatives,
  threshold,
}: CalibratedLabel): Markup {
  const parts = [
    markup`<b>${countText(shown.after)}</b> pictures, ${countText(shown.before)} before`,
    markup`lowest score <b>${minimumScore.toFixed(2)}</b>${threshold && markup` ${outcomeText(threshold)}`}`,
    markup`cosine without it ${none.mean.toFixed(3)} ± ${none.deviation.toFixed(3)}`,
    markup`${methodText(method)}${
      positives + negatives > 0
        ? `: ${countText(positives)} with the label, ${countText(negatives)} without`
        : undefined
    }`,
  ];
  return markup`${parts.map((part, i) => (i === 0 ? part : markup` · ${part}`))}`;
}

function examples({ positives, negatives, quality }: LearnedFrom): Markup {
  const list = (names: readonly string[]) => {
    const more = names.length - SHOWN_EXAMPLES;
    return [...names.slice(0, SHOWN_EXAMPLES), ...(more > 0 ? [`${countText(more)} more`] : [])].join(', ');
  };
  return markup`<p class="examples">Learned from ${countText(positives.length)} pictures: ${list(positives)}${
    negatives.length > 0
      ? `; and from ${countText(negatives.length)} without it: ${list(negatives)}`
      : undefined
  }.${
    quality &&
    ` An example that was left out stands above a picture of the collection with a probability of ${quality.learned.toFixed(3)}, by its words alone ${quality.words.toFixed(3)} (AUROC, cross-validated).`
  }</p>`;
}

function row(title: string, near: readonly NearPicture[], uriOf: UriOf): Markup {
  return markup`<h4>${title}</h4>
${near.length === 0 ? markup`<p class="remark">No picture.</p>` : markup`<ul>${near.map((picture) => card(picture, uriOf))}</ul>`}`;
}

function card({ name, score }: NearPicture, uriOf: UriOf): Markup {
  const dataUri = uriOf(name);
  const file = name.slice(name.lastIndexOf('/') + 1);
  return markup`<li title="${name}">${dataUri === undefined ? undefined : markup`<img src="${dataUri}" alt="${name}">`}<span><b>${score.toFixed(2)}</b> ${file}</span></li>`;
}

function measures(
  { thresholds, minimumScore }: CalibratedLabel,
  { before, after }: { readonly before: Calibration; readonly after: Calibration },
): Markup {
  return markup`<div class="pair">
<figure><figcaption><h4>How far its scores can be trusted</h4><span>ECE ${after.expectedError.toFixed(3)}, ${before.expectedError.toFixed(3)} before</span></figcaption>${calibrationChart(after, 'pictures')}</figure>
<figure><figcaption><h4><span class="key-precision">Precision</span> and <span class="key-recall">recall</span> by threshold</h4></figcaption>${thresholdChart(thresholds, minimumScore)}</figure>
</div>`;
}
