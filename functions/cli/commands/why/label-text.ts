import type { ExplainedLabel, ExplainedSet, ModelView } from '../../../client/client.ts';
import { comparable, deviationsText } from '../../../core/explanation/sentence.ts';
import { printable } from '../../../core/printable.ts';
import { columns } from '../../../terminal/columns.ts';
import { definitions, wrapped } from '../../../terminal/wrapped.ts';

type Row = readonly [name: string, text: string];

/** Prompts, examples and labels of one row. */
const TOLD = 5;
/** Less is nothing to tell. */
const LEAST_SCORE = 0.005;

const COUNT = new Intl.NumberFormat('en');

/** A sentence, then all that is known of one label. */
export function labelLines(one: ExplainedLabel, set: ExplainedSet | undefined): readonly string[] {
  const rows = [
    ...setRows(one, set),
    ...(one.model ? modelRows(one.model) : []),
    ...carrierRows('prompts', one.prompts),
    ...carrierRows('examples', one.examples),
    ...(one.model ? shareRows(one.model) : []),
  ];
  return [
    ...wrapped(printable(one.sentence)),
    '',
    ...columns(definitions(rows.map(([name, text]) => [name, printable(text)]))),
  ];
}

function setRows({ set: name, correction, reason }: ExplainedLabel, set: ExplainedSet | undefined): Row[] {
  const fit = set?.fit && `, fitted ${dayOf(set.fit.fittedAt)} (version ${set.fit.version})`;
  const outdated = set?.state === 'outdated' ? '; the image was tagged with another state of it' : '';
  const said = correction
    ? `a person, ${dayOf(correction.correctedAt)}: ${correction.isThere ? 'it is there' : 'it is not there'}`
    : reason === 'learned'
      ? 'the model, by what was learned from examples'
      : 'the model';
  return [
    ['label set', `${name}${set?.mode ? ` (${set.mode})` : ''}${fit ?? ''}${outdated}`],
    ['said by', said],
  ];
}

const WHOSE = { label: 'the label’s own', fit: 'found by calibration', set: 'the label set’s' } as const;

function modelRows(model: ModelView): Row[] {
  const { score, threshold, rank, names, cosine, logit, nullDistribution: nothing } = model;
  const [has, enough] = comparable(score, threshold.score);
  const rows: (Row | undefined)[] = [
    ['score', `${has}; ${enough} is enough (${WHOSE[threshold.from]})`],
    ['rank', `${COUNT.format(rank)} of ${COUNT.format(names)} labels`],
    cosine === undefined
      ? ['cosine', 'none: it has no words of its own, its narrower labels score it']
      : ['cosine', `${cosine.toFixed(3)}, a logit of ${(logit ?? 0).toFixed(2)}${neededText(cosine, model)}`],
    nothing && ['without it', nullText(nothing)],
    model.isLearned
      ? [
          'learned',
          `from ${imagesText(model.fittedTo?.positive ?? 0)} with it, ${model.fittedTo?.negative ?? 0} without`,
        ]
      : undefined,
    listRow('broader', model.broader),
    listRow('narrower', model.narrower),
  ];
  return rows.filter((row) => row !== undefined);
}

/** What a label that falls short would need. */
function neededText(cosine: number, { score, threshold }: ModelView): string {
  if (score >= threshold.score) return '';
  if (threshold.cosine === undefined) return '; none would be enough';
  return `; ${comparable(cosine, threshold.cosine, 3)[1]} would be enough`;
}

function nullText({
  mean,
  deviation,
  images,
  deviationsAbove,
}: NonNullable<ModelView['nullDistribution']>): string {
  const how =
    deviationsAbove === undefined ? '' : `; this one is ${deviationsText(deviationsAbove)} their mean`;
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)} in ${imagesText(images)}${how}`;
}

function listRow(name: string, labels: ModelView['broader']): Row | undefined {
  const told = labels.filter(({ score }, at) => at === 0 || (at < TOLD && score >= LEAST_SCORE));
  const more = labels.length - told.length;
  const texts = told.map(({ label, score }) => `${label} ${scoreText(score)}`);
  const all = more > 0 ? [...texts, `${COUNT.format(more)} more`] : texts;
  return all.length > 0 ? [name, all.join(', ')] : undefined;
}

function carrierRows(name: string, carriers: ExplainedLabel['prompts'] = []): Row[] {
  const rows = carriers.slice(0, TOLD).map(({ text, cosine }) => `${cosine.toFixed(3)}  ${text}`);
  const more = carriers.length - rows.length;
  return [...rows, ...(more > 0 ? [`and ${COUNT.format(more)} more`] : [])].map((text, at) => [
    at === 0 ? name : '',
    text,
  ]);
}

function shareRows({ label, share, rivals, narrower }: ModelView): Row[] {
  if (share === undefined) return [];
  const own = narrower.length > 0 ? `${label}, with its narrower labels` : label;
  const others = rivals.map((rival) => [rival.share, rivalText(rival)] as const);
  return [[share, own] as const, ...others].map(([each, text], at) => [
    at === 0 ? 'shares' : '',
    `${scoreText(each)}  ${text}`,
  ]);
}

function rivalText({ kind, text, count = 0 }: ModelView['rivals'][number]): string {
  switch (kind) {
    case 'none-of-these':
      return 'none of these';
    case 'unknown':
      return 'unknown';
    case 'contrast':
      return `“${text}”`;
    case 'others':
      return `${COUNT.format(count)} other labels`;
    default:
      return text ?? '';
  }
}

/** Two decimals, as everywhere; what they would make zero is said to be little. */
export function scoreText(score: number): string {
  return score > 0 && score < LEAST_SCORE ? '<0.01' : score.toFixed(2);
}

function imagesText(count: number): string {
  return `${COUNT.format(count)} ${count === 1 ? 'picture' : 'pictures'}`;
}

function dayOf(time: string): string {
  return time.slice(0, 'YYYY-MM-DD'.length);
}
