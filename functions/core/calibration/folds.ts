import type { LabelledImages } from '../labels/labelled-images.ts';

/** As many as scikit-learn's `CalibratedClassifierCV` has. */
export const FOLDS = 5;

/**
 * The fold of each labelled picture. It depends on the pictures' names and labels and on no order; what shows the same picture
 * is in one fold; each label's pictures spread over all folds.
 *
 * @param same as `samePictures` gives it
 */
export function foldsOf(
  { names, known }: Pick<LabelledImages, 'names' | 'known'>,
  same: Int32Array,
): Uint8Array {
  const groups = new Map<number, { name: string; label: string }>();
  for (const [i, name] of names.entries()) {
    const label = [...(known[i]?.positive ?? [])].sort().join('\n');
    const group = same[i] ?? i;
    const other = groups.get(group);
    groups.set(group, { name: smaller(name, other?.name), label: smaller(label, other?.label) });
  }
  const dealt = [...groups]
    .map(([group, { name, label }]) => ({ group, name, label, hash: hashOf(name) }))
    .sort((a, b) => byText(a.label, b.label) || a.hash - b.hash || byText(a.name, b.name));
  const foldOf = new Map(dealt.map(({ group }, place) => [group, place % FOLDS]));
  return Uint8Array.from(names, (_, i) => foldOf.get(same[i] ?? i) ?? 0);
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
