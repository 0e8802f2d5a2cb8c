import { type LabelSet, labelSetDigest, promptsOf } from './label-set.ts';

/** What has become of one label set: nothing of it is told that no tag depends on. */
export interface LabelSetChange {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly labelsAdded: readonly string[];
  readonly labelsRemoved: readonly string[];
  /** Labels that stay, and are asked about by other prompts. */
  readonly labelsReworded: readonly string[];
  /** Whether something else was calibrated or learned for it with the model. */
  readonly isFittedAnew: boolean;
  /** Whether anything else has changed: its mode, thresholds, its version. */
  readonly hasOtherChanges: boolean;
}

/** How label sets differ from those before, as far as tags by this model do; by name. */
export function labelSetChanges(
  before: readonly LabelSet[],
  after: readonly LabelSet[],
  modelDigest: string,
): readonly LabelSetChange[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((sets) => sets.find((labelSet) => labelSet.name === name));
    if (was && is && labelSetDigest(was, modelDigest) === labelSetDigest(is, modelDigest)) return [];
    return [{ name, ...changeOf(was, is, modelDigest) }];
  });
}

function changeOf(
  was: LabelSet | undefined,
  is: LabelSet | undefined,
  modelDigest: string,
): Omit<LabelSetChange, 'name'> {
  const [before, after] = [promptsByLabel(was), promptsByLabel(is)];
  const labelsAdded = [...after.keys()].filter((label) => !before.has(label));
  const labelsRemoved = [...before.keys()].filter((label) => !after.has(label));
  const labelsReworded = [...after].flatMap(([label, prompts]) =>
    before.has(label) && before.get(label) !== prompts ? [label] : [],
  );
  const stays = (label: string) => before.has(label) && after.has(label);
  const [othersBefore, othersAfter] = [was, is].map((labelSet) => othersOf(labelSet, stays));
  const [fitBefore, fitAfter] = [was, is].map((labelSet) => JSON.stringify(labelSet?.fits?.[modelDigest]));
  const isFittedAnew = fitBefore !== fitAfter;
  const isTold = isFittedAnew || labelsAdded.length + labelsRemoved.length + labelsReworded.length > 0;
  return {
    kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
    labelsAdded,
    labelsRemoved,
    labelsReworded,
    isFittedAnew,
    hasOtherChanges: !isTold || othersBefore !== othersAfter,
  };
}

function promptsByLabel(labelSet: LabelSet | undefined): ReadonlyMap<string, string> {
  const labels = labelSet?.labels ?? [];
  return new Map(
    labels.map((label) => [
      label.name,
      labelSet ? JSON.stringify([...promptsOf(labelSet, label)].sort()) : '',
    ]),
  );
}

/** What is neither a label nor its words. A version that rises with them says nothing more. */
function othersOf(labelSet: LabelSet | undefined, stays: (label: string) => boolean): string {
  if (!labelSet) return '';
  const { labels, promptTemplates: _, version: __, description: ___, fits: ____, ...rest } = labelSet;
  const kept = labels.filter(({ name }) => stays(name));
  const judged = kept.map(({ name, threshold, parent }) => JSON.stringify([name, threshold, parent])).sort();
  return JSON.stringify([rest, judged]);
}

const SHOWN_NAMES = 5;

/**
 * A change in words.
 *
 * @example labelSetChangeText(change) // 'label set pets: 2 labels added (cat, dog), prompts of 1 label changed (bird)'
 */
export function labelSetChangeText(change: LabelSetChange): string {
  const { name, kind, labelsAdded, labelsRemoved, labelsReworded, isFittedAnew, hasOtherChanges } = change;
  if (kind === 'added') return `label set ${name}: new, with ${counted(labelsAdded)}`;
  if (kind === 'removed') return `label set ${name}: removed, with its ${counted(labelsRemoved)}`;
  const parts = [
    ...(labelsAdded.length > 0 ? [`${countOf(labelsAdded)} added ${inBrackets(labelsAdded)}`] : []),
    ...(labelsRemoved.length > 0 ? [`${countOf(labelsRemoved)} removed ${inBrackets(labelsRemoved)}`] : []),
    ...(labelsReworded.length > 0
      ? [`prompts of ${countOf(labelsReworded)} changed ${inBrackets(labelsReworded)}`]
      : []),
    ...(isFittedAnew ? ['calibrated or learned anew'] : []),
    ...(hasOtherChanges ? ['other settings changed'] : []),
  ];
  return `label set ${name}: ${parts.join(', ')}`;
}

function counted(labels: readonly string[]): string {
  return `${countOf(labels)} ${inBrackets(labels)}`;
}

function countOf({ length }: readonly string[]): string {
  return `${length.toLocaleString('en-US')} ${length === 1 ? 'label' : 'labels'}`;
}

function inBrackets(labels: readonly string[]): string {
  const more = labels.length - SHOWN_NAMES;
  return `(${labels.slice(0, SHOWN_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}
