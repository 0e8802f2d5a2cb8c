import { dot } from '../embedding.ts';
import { broaderLabels } from '../label-names.ts';
import type { Label, LabelSet } from '../label-set.ts';
import type { Finding } from './finding.ts';
import type { TextSpace } from './text-space.ts';

/**
 * Cosine from which two labels are one to the model. Of the general label set's 830,000 pairs with the embedded model, four
 * that are not kin reach it ("geyser", "hot spring"); the next one has 0.76 ("cricket", "cricket insect"). Of 1.3 million pairs
 * of names with OpenAI's ViT-B/32, 77 do, and all of them are one thing: "streetlight", "street light"; "sofa bed", "sofa".
 */
const SAME_COSINE = 0.8;

/** Pairs of labels that the model cannot tell apart. That a label is near a broader one of its own is as it should be. */
export function nearLabels(labelSet: LabelSet, directions: readonly Float32Array[]): readonly Finding[] {
  const kin = kinOf(labelSet);
  const found: Finding[] = [];
  for (const [i, direction] of directions.entries()) {
    for (let j = 0; j < i; j++) {
      const similarity = dot(direction, directions[j] ?? []);
      if (similarity < SAME_COSINE) continue;
      const [label, earlier] = [labelSet.labels[i], labelSet.labels[j]];
      if (label && earlier && !kin(label.name, earlier.name))
        found.push(nearPair(label, earlier, i, similarity));
    }
  }
  return found;
}

function nearPair(label: Label, earlier: Label, index: number, similarity: number): Finding {
  return {
    code: 'near-labels',
    path: ['labels', index],
    labels: [label.name, earlier.name],
    message: `"${label.name}" and "${earlier.name}" are nearly one label to the model (cosine ${similarity.toFixed(2)}): make one a synonym or the parent of the other, or say with prompts how they differ`,
  };
}

/** Less than this may be chance: "panda" has 0.84 with "red panda" and 0.82 with "giant panda". */
const CLEARLY_NEARER = 0.1;

/** Synonyms that the model takes for another label of the set rather than for their own. */
export function straySynonyms(
  labelSet: LabelSet,
  directions: readonly Float32Array[],
  space: TextSpace,
): readonly Finding[] {
  const kin = kinOf(labelSet);
  return labelSet.labels.flatMap(({ name, synonyms, prompts }, index) =>
    (prompts ? [] : synonyms).flatMap((synonym, at) => {
      const direction = space.directionOf(filled(labelSet, synonym));
      const own = dot(direction, space.directionOf(filled(labelSet, name)));
      const others = directions.map((other, i) => (i === index ? -1 : dot(direction, other)));
      const nearest = others.indexOf(Math.max(...others));
      const rival = labelSet.labels[nearest]?.name ?? '';
      const similarity = others[nearest] ?? -1;
      if (similarity < Math.max(SAME_COSINE, own + CLEARLY_NEARER) || kin(name, rival)) return [];
      return [
        {
          code: 'synonym-elsewhere' as const,
          path: ['labels', index, 'synonyms', at],
          labels: [name, rival],
          message: `the synonym "${synonym}" of "${name}" is nearly "${rival}" to the model (cosine ${similarity.toFixed(2)}, to "${name}" ${own.toFixed(2)}): it pulls "${name}" there`,
        },
      ];
    }),
  );
}

function filled({ promptTemplates }: LabelSet, phrase: string): readonly string[] {
  return promptTemplates.map((template) => template.replaceAll('{label}', () => phrase));
}

/** Whether one of two labels is broader than the other. */
function kinOf(labelSet: LabelSet): (a: string, b: string) => boolean {
  return (a, b) => broaderLabels(a, labelSet).includes(b) || broaderLabels(b, labelSet).includes(a);
}
