import type { EmbeddingMatrix } from '../../core/labels/embedding-matrix.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { LabelledImages } from '../../core/labels/labelled-images.ts';
import { labelledByCorrections } from '../../core/records/labelled-by-corrections.ts';
import type { StoredImages } from '../../core/records/stored-images.ts';
import type { ModelParts } from '../../tagger/model-parts.ts';
import { exampleName } from './example-name.ts';
import { labelledPictures } from './labelled-pictures.ts';

/** The word for what people have corrected, in the place of a folder. */
export const CORRECTIONS = 'corrections';

export interface LabelSourceOptions {
  readonly labelSet: LabelSet;
  readonly model: ModelParts;
  /** The images that corrections are of. */
  readonly stored: StoredImages;
  readonly remark: (text: string) => void;
  /** The label set's. */
  readonly folder: string;
}

/**
 * The images of folders, manifests and corrections whose labels are known; undefined where no source is named.
 *
 * @throws {UsageError} for a source without labelled pictures
 * @throws {InvalidInput} for a faulty manifest
 */
export async function labelledBySources(
  sources: readonly string[],
  options: LabelSourceOptions,
): Promise<LabelledImages | undefined> {
  const found: LabelledImages[] = [];
  for (const source of sources) found.push(await labelledBySource(source, options));
  return found.length === 0 ? undefined : merged(found, options.model.identity.modelDigest);
}

async function labelledBySource(
  source: string,
  { labelSet, model, stored, remark, folder }: LabelSourceOptions,
): Promise<LabelledImages> {
  if (source === CORRECTIONS) {
    const corrected = labelledByCorrections(stored, labelSet);
    if (corrected.names.length === 0) remark(`nobody has corrected a label of "${labelSet.name}" yet`);
    return corrected;
  }
  const pictures = await labelledPictures(source, { labelSet, model });
  for (const text of pictures.remarks) remark(`${source}: ${text}`);
  for (const { path, reason } of pictures.broken) remark(`${path} is left out: ${reason}`);
  if (pictures.unknown.size > 0) {
    const labels = [...pictures.unknown].map(([label, count]) => `${label} (${count})`);
    remark(`${source}: left out, since "${labelSet.name}" does not know their labels: ${labels.join(', ')}`);
  }
  return { ...pictures, exampleNames: pictures.names.map((name) => exampleName(name, folder)) };
}

function merged(parts: readonly LabelledImages[], modelDigest: string): LabelledImages {
  const filled = parts.filter(({ embeddings }) => embeddings.count > 0);
  const [first] = filled;
  const size = first?.embeddings.size ?? 0;
  const count = filled.reduce((sum, { embeddings }) => sum + embeddings.count, 0);
  const values = new Float32Array(count * size);
  let row = 0;
  for (const { embeddings } of filled) {
    values.set(embeddings.values, row * size);
    row += embeddings.count;
  }
  const embeddings: EmbeddingMatrix = { modelDigest, count, size, values };
  return {
    embeddings,
    names: filled.flatMap(({ names }) => [...names]),
    exampleNames: filled.flatMap(({ names, exampleNames = names }) => [...exampleNames]),
    known: filled.flatMap(({ known }) => [...known]),
  };
}
