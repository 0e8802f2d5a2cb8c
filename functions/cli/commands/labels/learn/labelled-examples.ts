import { labelMatcher } from '../../../../core/evaluation/true-labels.ts';
import { broaderLabels, narrowerLabels } from '../../../../core/labels/label-names.ts';
import type { LabelSet } from '../../../../core/labels/label-set.ts';
import { type Example, type KnownExamples, samePicture } from '../../../../core/learning/known-examples.ts';
import type { PictureSet } from '../../../picture-sets/picture-set.ts';
import type { ExampleWorld } from './example-reader.ts';

/** Words of the pictures that a label set does not know: labels to be. */
export function unknownWords({ labels }: PictureSet, labelSet: LabelSet | undefined): readonly string[] {
  const match = labelSet && labelMatcher(labelSet);
  return labels.flatMap((label) => (match?.([label]) ? [] : [label.word]));
}

export interface ExamplesByLabel {
  readonly byLabel: ReadonlyMap<string, KnownExamples>;
  readonly remarks: readonly string[];
}

/**
 * For each label of some pictures: those that show it, and those of all other labels, but for its broader and narrower ones, whose
 * pictures may show it too. With independent labels a picture may stand in several folders.
 */
export async function examplesByLabel(
  { labels, pictures }: PictureSet,
  labelSet: LabelSet,
  { embed, nameOf }: Pick<ExampleWorld, 'embed' | 'nameOf'>,
): Promise<ExamplesByLabel> {
  const match = labelMatcher(labelSet);
  const names = new Map(labels.map((data) => [data.label, match([data])?.label]));
  const listed = new Set(labelSet.labels.map(({ name }) => name));
  const embedded = await embed(
    pictures.map((picture) => ({ ...picture, shown: picture.name, name: nameOf(picture.name) })),
  );
  const remarks: string[] = [];
  const found: { readonly example: Example; readonly own: ReadonlySet<string> }[] = [];
  for (const [i, picture] of embedded.entries()) {
    const own =
      pictures[i]?.labels.flatMap((label) => names.get(label) ?? match([{ word: label }])?.label ?? []) ?? [];
    if ('fault' in picture) remarks.push(`${picture.shown} is left out: ${picture.fault.reason}`);
    else found.push({ example: { name: picture.name, embedding: picture.embedding }, own: new Set(own) });
  }
  const wanted = [...new Set(names.values())].flatMap((name) =>
    name !== undefined && listed.has(name) ? [name] : [],
  );
  const byLabel = wanted.map((label): [string, KnownExamples] => {
    const related = new Set([label, ...broaderLabels(label, labelSet), ...narrowerLabels(label, labelSet)]);
    const having = (own: ReadonlySet<string>) =>
      own.has(label) || [...own].some((one) => broaderLabels(one, labelSet).includes(label));
    const positive = found.filter(({ own }) => having(own)).map(({ example }) => example);
    const others = found.filter(({ own }) => own.size > 0 && ![...own].some((one) => related.has(one)));
    const negative = others.map(({ example }) => example);
    const isOpen = (example: Example) => labelSet.mode === 'exclusive' || !samePicture(example, positive);
    return [label, { positive, negative: negative.filter(isOpen) }];
  });
  return { byLabel: new Map(byLabel), remarks };
}
