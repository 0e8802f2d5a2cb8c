import { pooledCalibration } from '../../../../core/evaluation/pooled-calibration.ts';
import { countText } from '../../../../terminal/amounts.ts';
import { calibrationChart } from '../../../pages/calibration-chart.ts';
import { htmlPage } from '../../../pages/html-page.ts';
import { type Markup, markup } from '../../../pages/markup.ts';
import { pageStyle } from '../../../pages/page-style.ts';
import type { CalibratedLabel } from './calibrated-label.ts';
import type { CalibratedSet } from './calibrated-set.ts';
import { percentText, sourcesText } from './calibration-words.ts';
import { labelSection, sectionId } from './label-section.ts';
import type { SmallPictures } from './small-pictures.ts';

const STYLE = ['functions', 'cli', 'commands', 'labels', 'calibration', 'calibration-page.css'] as const;

/**
 * A calibration as one HTML page that needs nothing beside itself.
 *
 * @param pictures small ones of those nearest to the thresholds
 */
export async function calibrationPage(
  set: CalibratedSet,
  pictures: SmallPictures,
  date: Date,
): Promise<string> {
  return htmlPage({
    title: `Calibration of ${set.name}`,
    style: await pageStyle('measured', ...STYLE),
    body: markup`${header(set, date)}
<main>
${figures(set)}
${pooledCharts(set.labels)}
${labelTable(set.labels)}
${LEGEND}
${pictureRemark(pictures)}
${set.labels.map((label) => labelSection(label, pictures))}
</main>
<footer>Made by <code>cliptag labels calibrate</code>.</footer>`,
  });
}

function header(set: CalibratedSet, date: Date): Markup {
  const { name, mode, path, model, modelDigest, version, remarks } = set;
  return markup`<header>
<h1>${name} <span>${mode}</span></h1>
<p>${path} · model <b>${model}</b> <code>${modelDigest}</code> · fit ${version} · ${date.toISOString().slice(0, 10)}</p>
<p>${sourcesText(set)}</p>
${remarks.map((remark) => markup`<p class="remark">${remark}</p>`)}
</header>`;
}

function figures({ labels, images, tagged, tags, unknown }: CalibratedSet): Markup {
  const { collection } = images;
  const perImage = (count: number) => (collection === 0 ? '–' : (count / collection).toFixed(2));
  const share = (count: number) => percentText(collection === 0 ? null : count / collection);
  const errors = meanErrors(labels);
  return markup`<dl class="figures">
${figure('Labels', countText(labels.length), `${countText(labels.filter(({ learned }) => learned).length)} learned from examples`)}
${figure('Pictures', countText(collection), 'of the collection, with an embedding of this model')}
${figure('With a tag', share(tagged.after), `${share(tagged.before)} before`)}
${figure('Tags a picture', perImage(tags.after), `${perImage(tags.before)} before`)}
${errors && figure('Calibration error', errors.after.toFixed(3), `${errors.before.toFixed(3)} before; mean over ${countText(errors.labels)} labels, held out`)}
${unknown && figure('Unknown', unknown.auroc === undefined ? '–' : unknown.auroc.toFixed(3), 'AUROC of pictures with none of the labels')}
</dl>`;
}

/** How far scores could be trusted before, and can be now, over all labels together. */
function pooledCharts(labels: readonly CalibratedLabel[]): Markup {
  const measured = labels.flatMap(({ calibration }) => (calibration ? [calibration] : []));
  if (measured.length === 0) return markup``;
  const chart = (title: string, side: 'before' | 'after') => {
    const pooled = pooledCalibration(measured.map((found) => found[side]));
    return markup`<figure><figcaption><h4>${title}</h4><span>ECE ${pooled.expectedError.toFixed(3)}</span></figcaption>${calibrationChart(pooled, 'answers')}</figure>`;
  };
  return markup`<h2>How far scores can be trusted, all labels together</h2>
<div class="pair">${chart('Before', 'before')}${chart('After', 'after')}</div>
<div class="words"><p>Each bar stands for answers of similar score, on labelled pictures, and shows how many of them were right; a line marks their mean score.
<span class="key-too-high">Amber</span>: fewer were right than the score promised. <span class="key-too-low">The other green</span>: more were. The mean of these
distances, each bar weighed by its number, is the expected calibration error (ECE; Guo et al. 2017).</p>
<p>Scores are held out: each by a curve that was fitted without that picture.</p></div>`;
}

/** Each label counts the same, whatever the number of its pictures. */
function meanErrors(labels: readonly CalibratedLabel[]) {
  const measured = labels.flatMap(({ calibration }) => (calibration ? [calibration] : []));
  if (measured.length === 0) return undefined;
  const mean = (side: 'before' | 'after') =>
    measured.reduce((sum, found) => sum + found[side].expectedError, 0) / measured.length;
  return { before: mean('before'), after: mean('after'), labels: measured.length };
}

function figure(name: string, value: string, note: string): Markup {
  return markup`<div><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
}

const LEGEND = markup`<div class="words">
<p><span class="key-pictures">Bars</span> are the pictures of the collection by their cosine with a label, on a logarithmic scale. The <span class="key-null">line</span> is
what is to be expected of pictures that do not show it: where the bars rise above the line, on the right, pictures stand out. The
<span class="key-threshold">threshold</span> is the lowest score of a tag. <span class="key-positives">Strokes</span> below are labelled pictures with the label.</p>
</div>`;

function labelTable(labels: readonly CalibratedLabel[]): Markup {
  const isMeasured = labels.some(({ calibration }) => calibration);
  const heads = [
    'Before',
    'After',
    'Lowest score',
    ...(isMeasured ? ['Examples', 'Precision', 'Recall'] : []),
  ];
  const number = (text: string) => markup`<td class="number">${text}</td>`;
  const rows = labels.map((label) => {
    const { shown, positives, threshold, remarks } = label;
    const measures = [
      countText(positives),
      percentText(threshold?.precision ?? null),
      percentText(threshold?.recall ?? null),
    ];
    return markup`<tr><td><a href="#${sectionId(label)}">${label.label}</a>${label.learned ? markup` <span class="chip">learned</span>` : undefined}</td>
${[countText(shown.before), countText(shown.after), label.minimumScore.toFixed(2), ...(isMeasured ? measures : [])].map(number)}<td class="note">${remarks.join('; ')}</td></tr>`;
  });
  return markup`<h2>Labels</h2>
<div class="scroll" tabindex="0"><table><thead><tr><th>Label</th>${heads.map((head) => markup`<th class="number">${head}</th>`)}<th></th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function pictureRemark({ shownLabels, wantedLabels }: SmallPictures): Markup {
  if (shownLabels >= wantedLabels) return markup``;
  return markup`<p class="remark">Small pictures are shown of ${countText(shownLabels)} labels, so that the page stays small; those of the ${countText(wantedLabels - shownLabels)} others are named.</p>`;
}
