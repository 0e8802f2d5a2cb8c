import { type Document, isMap, isScalar, isSeq, parseDocument, stringify, YAMLSeq } from 'yaml';
import { foldedText } from '../../core/labels/folded-text.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';

const HEAD =
  ' Written in the page of Cliptag. It may be edited by hand: models/labels/README.md has the fields.';

/**
 * A label set as its file, for people to read.
 *
 * @param existing the file as it is: what is not in question stays as it stands, comments too
 */
export function ownLabelSetText(labelSet: LabelSet, existing?: string): string {
  const document = existing === undefined ? undefined : parseDocument(existing);
  if (!document || document.errors.length > 0 || !isMap(document.contents)) return newText(labelSet);
  const { mode, minimumScore, noneOfThese } = labelSet;
  const earlier = document.get('version');
  if (typeof earlier === 'number' && Number.isSafeInteger(earlier)) document.set('version', earlier + 1);
  document.set('mode', mode);
  document.set('minimumScore', minimumScore);
  document.delete('topK');
  if (mode === 'exclusive') document.delete('contrastPrompts');
  else document.delete('noneOfThese');
  if (noneOfThese && !document.has('noneOfThese')) document.set('noneOfThese', noneOfThese);
  changeLabels(document, labelSet);
  return document.toString({ lineWidth: 0 });
}

function newText(labelSet: LabelSet): string {
  const { name, mode, minimumScore, noneOfThese, topK } = labelSet;
  const fields = {
    ...{ name, version: 1, mode, minimumScore, topK },
    ...(noneOfThese && { noneOfThese }),
    labels: labelSet.labels.map(labelValue),
  };
  return `#${HEAD}\n${stringify(fields, { lineWidth: 0 })}`;
}

function labelValue({ name, prompts }: LabelSet['labels'][number]): unknown {
  return prompts ? { name, prompts } : name;
}

/** Labels that stay keep their own fields and comments. */
function changeLabels(document: Document, { labels, topK }: LabelSet): void {
  const listed = document.get('labels', true);
  const items = isSeq(listed) ? listed.items : [];
  const known = new Map(items.map((item) => [nameOf(item), item]));
  const sequence = isSeq(listed) ? listed : new YAMLSeq();
  sequence.items = labels.map((label) => known.get(label.name) ?? document.createNode(labelValue(label)));
  document.set('labels', sequence);
  document.set('topK', topK);
}

function nameOf(item: unknown): string | undefined {
  const name = isMap(item) ? item.get('name') : isScalar(item) ? item.value : undefined;
  return typeof name === 'string' ? foldedText(name) : undefined;
}
