import { embeddingAt, embeddingMatrix } from '../labels/embedding-matrix.ts';
import { broaderLabels, canonicalName, narrowerLabels } from '../labels/label-names.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { KnownLabels, LabelledImages } from '../labels/labelled-images.ts';
import type { Correction } from './corrections.ts';
import type { StoredImages } from './stored-images.ts';

/**
 * What people have corrected, as examples: of the images of which somebody has said something about a label of this label set.
 * An added label is there, and so are its broader ones; a removed one is not, and neither are its narrower ones. What was said
 * of a label itself goes before what another implies. Labels that the label set does not have say nothing.
 *
 * @example
 * labelledByCorrections(await storedImages(table, modelDigest), labelSet).known[0]?.positive // Set {'dog', 'animal'}
 */
export function labelledByCorrections(
  { embeddings, names, corrections }: Pick<StoredImages, 'embeddings' | 'names' | 'corrections'>,
  labelSet: LabelSet,
): LabelledImages {
  const rows = corrections.flatMap((said, row) => {
    const known = knownLabels(said, labelSet);
    return known.positive.size + known.negative.size === 0 ? [] : [{ row, known }];
  });
  return {
    embeddings: embeddingMatrix(
      embeddings.modelDigest,
      rows.map(({ row }) => embeddingAt(embeddings, row)),
      embeddings.size,
    ),
    names: rows.map(({ row }) => names[row] ?? ''),
    known: rows.map(({ known }) => known),
  };
}

function knownLabels(corrections: readonly Correction[], labelSet: LabelSet): KnownLabels {
  const said = corrections.flatMap(({ set, label, isThere }) => {
    const name = set === labelSet.name ? canonicalName(label, labelSet) : undefined;
    return name === undefined ? [] : [{ name, isThere }];
  });
  const own = new Set(said.map(({ name }) => name));
  const labels = (isThere: boolean, implied: (name: string) => readonly string[]) => {
    const names = said.filter((one) => one.isThere === isThere).map(({ name }) => name);
    return new Set([...names, ...names.flatMap(implied).filter((name) => !own.has(name))]);
  };
  const positive = labels(true, (name) => broaderLabels(name, labelSet));
  const negative = labels(false, (name) => narrowerLabels(name, labelSet));
  // One that an added label implies is there, though a removed one would rule it out.
  return { positive, negative: new Set([...negative].filter((name) => !positive.has(name))) };
}
