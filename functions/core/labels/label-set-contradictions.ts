import { wordKey } from './folded-text.ts';
import { atPlace } from './label-set-faults.ts';
import type { FindPlace } from './written-place.ts';

interface NamedLabel {
  readonly name: string;
  readonly synonyms: readonly string[];
  readonly parent?: string | undefined;
}

/** Parts of a label set that are well-formed each by itself. */
export interface LabelSetParts {
  readonly labels: readonly NamedLabel[];
  readonly mode?: unknown;
  readonly prompts?: unknown;
  readonly promptTemplates?: unknown;
  readonly noneOfThese?: unknown;
  readonly contrastPrompts?: unknown;
}

/** Faults between the parts of a label set. */
export function contradictions(
  { labels, mode, prompts, promptTemplates, noneOfThese, contrastPrompts }: LabelSetParts,
  placeOf: FindPlace,
): string[] {
  const faults = [...repeatedNames(labels, placeOf), ...circles(labels, placeOf)];
  if (mode === 'independent' && noneOfThese !== undefined) {
    faults.push('noneOfThese: Expected it only in exclusive mode; independent mode has contrastPrompts');
  }
  if (mode === 'exclusive' && contrastPrompts !== undefined) {
    faults.push('contrastPrompts: Expected them only in independent mode; exclusive mode has noneOfThese');
  }
  if (prompts !== undefined && promptTemplates !== undefined) {
    faults.push(
      'prompts: Expected only one of prompts, which names templates, and promptTemplates, which has them',
    );
  }
  return faults;
}

function repeatedNames(labels: readonly NamedLabel[], placeOf: FindPlace): string[] {
  const faults: string[] = [];
  const placeBefore = new Map<string, number>();
  const written = (index: number) => atPlace(placeOf(['labels', index]));
  for (const [index, { name, synonyms }] of labels.entries()) {
    for (const word of [name, ...synonyms].filter((text) => text !== '')) {
      const earlier = placeBefore.get(wordKey(word));
      if (earlier !== undefined) {
        faults.push(
          `labels[${index}]: "${word}"${written(index)} stands at labels[${earlier}]${written(earlier)} already`,
        );
      }
      placeBefore.set(wordKey(word), index);
    }
  }
  return faults;
}

function circles(labels: readonly NamedLabel[], placeOf: FindPlace): string[] {
  const parentOf = new Map(labels.map(({ name, parent }) => [name, parent]));
  return labels.flatMap(({ name }, index) => {
    const line = [name];
    for (let parent = parentOf.get(name); parent !== undefined; parent = parentOf.get(parent)) {
      const isKnown = line.includes(parent);
      line.push(parent);
      if (parent === name) {
        const place = atPlace(placeOf(['labels', index]));
        return [`labels[${index}].parent: Expected no circle but received ${line.join(' → ')}${place}`];
      }
      if (isKnown) return [];
    }
    return [];
  });
}
