import type { LabelledImages } from '../labels/labelled-images.ts';

/** As many as scikit-learn's `CalibratedClassifierCV` has. */
export const FOLDS = 5;

/**
 * The fold of each labelled picture. It depends on the pictures' names and labels and on no order; pictures of one name
 * are in one fold; each label's pictures spread over all folds.
 */
export function foldsOf({ names, known }: Pick<LabelledImages, 'names' | 'known'>): Uint8Array {
  const labelsOf = new Map<string, string>();
  for (const [i, name] of names.entries()) {
    const label = [...(known[i]?.positive ?? [])].sort().join('\n');
    labelsOf.set(name, smaller(label, labelsOf.get(name)));
  }
  const dealt = [...labelsOf]
    .map(([name, label]) => ({ name, label, hash: hashOf(name) }))
    .sort((a, b) => byText(a.label, b.label) || a.hash - b.hash || byText(a.name, b.name));
  const foldOf = new Map(dealt.map(({ name }, place) => [name, place % FOLDS]));
  return Uint8Array.from(names, (name) => foldOf.get(name) ?? 0);
}

function smaller(a: string, b: string | undefined): string {
  return b === undefined || a < b ? a : b;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/): neighbours by name are often shots of one thing. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
