import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type EmbeddingMatrix, embeddingMatrix } from '../../../functions/core/labels/embedding-matrix.ts';

/** Pictures with their labels, and the labels' texts, as one model sees them. */
export interface EmbeddedPictures {
  readonly model: string;
  readonly logitScale: number;
  readonly pictures: EmbeddingMatrix;
  /** One for each picture. */
  readonly label: readonly string[];
  readonly split: readonly string[];
  /** Every label that is true of a picture of a label. */
  readonly also: ReadonlyMap<string, ReadonlySet<string>>;
  readonly labels: readonly string[];
  /** Labels that the model has seen no picture of. */
  readonly heldOut: ReadonlySet<string>;
  /** One row for each label: its phrase in the data set. */
  readonly texts: Float32Array;
  /** Of the default contrast prompts. */
  readonly contrasts: Float32Array;
}

const description = z.object({
  model: z.string(),
  size: z.int().min(1),
  logitScale: z.number(),
  labels: z.array(z.string()),
  heldOut: z.array(z.string()),
  also: z.record(z.string(), z.array(z.string())),
  label: z.array(z.string()),
  split: z.array(z.string()),
});

/** @param folder `set.json`, and the float32 matrices `images.f32`, `texts.f32`, `contrasts.f32` */
export async function readEmbeddedPictures(folder: string): Promise<EmbeddedPictures> {
  const { size, ...set } = description.parse(JSON.parse(await readFile(join(folder, 'set.json'), 'utf8')));
  const [images, texts, contrasts] = await Promise.all(
    ['images.f32', 'texts.f32', 'contrasts.f32'].map((name) => floats(join(folder, name))),
  );
  const pictures = {
    modelDigest: set.model,
    count: set.label.length,
    size,
    values: images ?? new Float32Array(),
  };
  return {
    ...set,
    pictures,
    also: new Map(Object.entries(set.also).map(([label, all]) => [label, new Set(all)])),
    heldOut: new Set(set.heldOut),
    texts: texts ?? new Float32Array(),
    contrasts: contrasts ?? new Float32Array(),
  };
}

async function floats(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

export function chosenPictures({ pictures }: EmbeddedPictures, chosen: readonly number[]): EmbeddingMatrix {
  const { modelDigest, values, size } = pictures;
  const rows = chosen.map((i) => values.subarray(i * size, (i + 1) * size));
  return embeddingMatrix(modelDigest, rows, size);
}

/** Writes what {@link readEmbeddedPictures} reads. */
export async function writeEmbeddedPictures(folder: string, embedded: EmbeddedPictures): Promise<void> {
  const { pictures, texts, contrasts, also, heldOut, ...set } = embedded;
  await mkdir(folder, { recursive: true });
  const matrices = { images: pictures.values, texts, contrasts };
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(matrices)) {
    await writeFile(join(folder, `${name}.f32`), new Uint8Array(buffer, byteOffset, byteLength));
  }
  const described = {
    ...set,
    size: pictures.size,
    heldOut: [...heldOut],
    also: Object.fromEntries([...also].map(([label, all]) => [label, [...all]])),
  };
  // Last, so that a folder without it is known to be unfinished.
  await writeFile(join(folder, 'set.json'), JSON.stringify(described));
}
