import { countText } from '../../../terminal/amounts.ts';
import { htmlPage } from '../../pages/html-page.ts';
import { type Markup, markup } from '../../pages/markup.ts';
import { pageStyle } from '../../pages/page-style.ts';
import { errorGallery } from './error-gallery.ts';
import type { ErrorPair } from './error-pictures.ts';
import type { CandidateResult, Evaluation } from './evaluation.ts';
import { candidatesName } from './evaluation-text.ts';
import { figures, leftOut } from './page-figures.ts';
import { charts, confusionTable, labelTable, tagTable } from './page-tables.ts';

const STYLE = ['functions', 'cli', 'commands', 'evaluate', 'evaluation-page.css'] as const;

/**
 * An evaluation as one HTML page that needs nothing beside itself.
 *
 * @param errors the pictures that went wrong, for each result
 */
export async function evaluationPage(
  evaluation: Evaluation,
  errors: ReadonlyArray<readonly ErrorPair[]>,
  date: Date,
): Promise<string> {
  return htmlPage({
    title: `Evaluation of ${evaluation.model} on ${evaluation.source}`,
    style: await pageStyle('measured', ...STYLE),
    body: markup`${header(evaluation, date)}
<main>
${evaluation.results.map((result, i) => resultSection(result, errors[i] ?? []))}
${leftOut(
  'Broken pictures',
  evaluation.broken.map(({ path, reason }) => [path, reason]),
)}
</main>
<footer>Made by <code>cliptag evaluate</code>.</footer>`,
  });
}

function header(evaluation: Evaluation, date: Date): Markup {
  const { source, model, modelDigest, pictures, millisecondsPerPicture, remarks } = evaluation;
  return markup`<header>
<h1>${source}</h1>
<p>${countText(pictures)} pictures · model <b>${model}</b> <code>${modelDigest}</code> · ${millisecondsPerPicture.toFixed(1)} ms a picture · ${date.toISOString().slice(0, 10)}</p>
${remarks.map((remark) => markup`<p class="remark">${remark}</p>`)}
</header>`;
}

function resultSection(result: CandidateResult, errors: readonly ErrorPair[]): Markup {
  const { unknown } = result;
  const left = unknown.reduce((sum, { pictures }) => sum + pictures, 0);
  return markup`<section>
<h2>${candidatesName(result)}</h2>
${result.pictures > 0 ? measures(result, errors) : markup`<p class="remark">None of the pictures could be measured.</p>`}
${leftOut(
  `${countText(left)} pictures left out: their labels are none of these`,
  unknown.map(({ label, pictures }) => [label, countText(pictures)]),
)}
</section>`;
}

function measures(result: CandidateResult, errors: readonly ErrorPair[]): Markup {
  return markup`${figures(result)}
${charts(result)}
${tagTable(result)}
<div class="pair">${labelTable(result)}${confusionTable(result)}</div>
${errorGallery(errors)}`;
}
