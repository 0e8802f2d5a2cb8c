import type { ExplainedLabel, ExplainedSet, Explanation } from '../../../client/client.ts';
import { comparable, placesText } from '../../../core/explanation/sentence.ts';
import { UNKNOWN_TEXT } from '../../../core/labels/unknown.ts';
import { printable } from '../../../core/printable.ts';
import { columns } from '../../../terminal/columns.ts';
import { indented } from '../../../terminal/layout.ts';
import { wrapped } from '../../../terminal/wrapped.ts';
import { labelLines, scoreText } from './label-text.ts';

/** An explanation as people read it, in lines of 80 cells where names allow. */
export function whyLines(explanation: Explanation, isOneLabel: boolean): readonly string[] {
  const { labels, sets, sentence } = explanation;
  if (isOneLabel) {
    return labels.flatMap((one, at) => [
      ...(at > 0 ? [''] : []),
      ...labelLines(
        one,
        sets.find(({ set }) => set === one.set),
      ),
    ]);
  }
  const ofSet = (set: ExplainedSet) => labels.filter((one) => one.set === set.set);
  return [
    ...wrapped(printable(sentence)),
    ...sets.flatMap((set) => ['', ...wrapped(setText(set)), ...indented(overview(ofSet(set)))]),
  ];
}

function setText({ set, state, mode, topK, isUnknown, fit, appliesTo }: ExplainedSet): string {
  const notes = [
    mode,
    topK !== undefined && `${topK} tags at most`,
    fit && `fitted ${fit.fittedAt.slice(0, 'YYYY-MM-DD'.length)} (version ${fit.version})`,
    state === 'outdated' && 'the image was tagged with another state of it: a retag tags it anew',
    state === 'not-for-this-image' && `only for ${placesText(appliesTo)}`,
    state === 'not-at-hand' && 'not at hand here; --labels names its file',
    isUnknown && UNKNOWN_TEXT,
  ];
  return printable(`${set}: ${notes.filter(Boolean).join('; ')}`);
}

function overview(labels: readonly ExplainedLabel[]): readonly string[] {
  return columns(
    labels.map((one) => [
      one.isShown ? '+' : '-',
      one.label,
      one.model ? scoreText(one.model.score) : (one.score?.toFixed(2) ?? ''),
      shortReason(one),
    ]),
  );
}

/** Why, in a few words: what stands in a line of its own for one label. */
function shortReason({ reason, correction, model, isShown }: ExplainedLabel): string {
  const day = correction?.correctedAt.slice(0, 'YYYY-MM-DD'.length);
  switch (reason) {
    case 'passes':
    case 'learned': {
      const enough = `${comparable(model?.threshold.score ?? 0, model?.score ?? 0)[0]} is enough`;
      return reason === 'learned' ? `learned; ${enough}` : enough;
    }
    case 'added':
      return `added by a person ${day}`;
    case 'implied':
      return `implied by what a person added ${day}`;
    case 'removed':
      return `removed by a person ${day}`;
    case 'beyond-top-k':
      return `enough, but ${model?.topK} labels fit better`;
    case 'outdated':
      return isShown ? 'a retag would take it away' : 'a retag would show it';
    case 'other-model':
      return 'of another model: nothing can be computed';
    case 'not-at-hand':
      return 'its label set is not at hand';
    case 'not-for-this-image':
      return 'its label set is for other images';
    case 'not-tagged':
      return 'the image has no tags';
    default: {
      const [score, threshold] = comparable(model?.score ?? 0, model?.threshold.score ?? 0);
      const needed = model?.threshold.cosine;
      const cosines = comparable(model?.cosine ?? 0, needed ?? 0, 3);
      const cosine = needed === undefined ? '' : `; cosine ${cosines[0]}, needs ${cosines[1]}`;
      return `${score} is below ${threshold}${cosine}`;
    }
  }
}
