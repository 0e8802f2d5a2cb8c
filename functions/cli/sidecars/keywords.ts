import { broaderLabels } from '../../core/labels/label-names.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { Keywords } from './xmp-names.ts';

/** A label of an image. */
export interface NamedLabel {
  readonly set: string;
  readonly label: string;
}

/** Resolves the broader labels of a label, the nearest first. */
export type BroaderLabels = (label: NamedLabel) => readonly string[];

/**
 * The keywords of a picture's labels, in the labels' order, each once.
 *
 * @param root a keyword that the others stand below, in programs that have a tree of them
 * @example
 * keywordsOf([{ set: 'general', label: 'dog' }], () => ['animal'])
 * // { subject: ['dog'], hierarchical: ['animal|dog'], tagsList: ['animal/dog'] }
 */
export function keywordsOf(labels: readonly NamedLabel[], broader: BroaderLabels, root?: string): Keywords {
  const paths = labels.map((one) => [
    ...(root === undefined ? [] : [root]),
    ...broader(one).toReversed(),
    one.label,
  ]);
  return {
    subject: distinct(labels.map(({ label }) => label)),
    hierarchical: distinct(paths.map((path) => joined(path, '|'))),
    tagsList: distinct(paths.map((path) => joined(path, '/'))),
  };
}

/** The broader labels as some label sets have them. */
export function broaderLabelsIn(labelSets: readonly LabelSet[]): BroaderLabels {
  const sets = new Map(labelSets.map((labelSet) => [labelSet.name, labelSet]));
  return ({ set, label }) => {
    const labelSet = sets.get(set);
    return labelSet ? broaderLabels(label, labelSet) : [];
  };
}

/** A keyword that has the separator in it would be read as two. */
function joined(path: readonly string[], separator: '|' | '/'): string {
  return path.map((word) => word.replaceAll(separator, '-')).join(separator);
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
