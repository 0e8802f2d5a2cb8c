import { compileClassifier } from '../../functions/core/classifier.ts';
import type { Embedding } from '../../functions/core/embedding.ts';
import { qualityByMinimumScore, type TagQuality } from '../../functions/core/evaluation.ts';
import { type LabelSet, promptsOf } from '../../functions/core/label-set.ts';
import type { TextEncoder } from '../../functions/core/ports.ts';
import type { Photo, PhotoLabel } from './photo-set.ts';

const MINIMUM_SCORES = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];

/** What the pictures' users would see of a label set, by its minimum score. */
export async function evaluateTags(
  labelSet: LabelSet,
  photos: readonly Photo[],
  embeddings: readonly Embedding[],
  labels: readonly PhotoLabel[],
  textEncoder: TextEncoder,
): Promise<readonly TagQuality[]> {
  const rightTags = rightTagsByLabel(labelSet, labels);
  const pictures = embeddings.map((embedding, i) => ({
    embedding,
    right: rightTags.get(photos[i]?.label ?? '') ?? new Set<string>(),
  }));
  return qualityByMinimumScore(pictures, await compileClassifier(labelSet, textEncoder), MINIMUM_SCORES);
}

/**
 * The tags that are right for a picture of each label: those called like it (or like another label that is true of
 * it), those that ask for it with its phrase, and the parents of both. A picture has one label of its own, so whatever
 * else it shows counts as wrong: the real quality is better than what is measured.
 */
export function rightTagsByLabel(
  labelSet: LabelSet,
  labels: readonly PhotoLabel[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const parentOf = new Map(labelSet.labels.map(({ name, parent }) => [name, parent]));
  const known = new Set([...parentOf.keys(), ...parentOf.values()]);
  const phraseOf = new Map(labels.map(({ label, phrase }) => [label, phrase]));
  const tagsByPrompt = new Map<string, string[]>();
  for (const label of labelSet.labels) {
    for (const prompt of promptsOf(labelSet, label)) {
      tagsByPrompt.set(prompt, [...(tagsByPrompt.get(prompt) ?? []), label.name]);
    }
  }
  const tagsFor = (word: string) => [
    ...(known.has(word) ? [word] : []),
    ...(tagsByPrompt.get(phraseOf.get(word) ?? '') ?? []),
  ];
  const withParents = (tag: string): string[] => {
    const parent = parentOf.get(tag);
    return parent === undefined ? [tag] : [tag, ...withParents(parent)];
  };
  return new Map(
    labels.map(({ label, also }) => [label, new Set([label, ...also].flatMap(tagsFor).flatMap(withParents))]),
  );
}
