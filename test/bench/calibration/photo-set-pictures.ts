import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { severalAtOnce } from '../../../functions/cli/images/image-results.ts';
import { openPictureSet } from '../../../functions/cli/picture-sets/open-picture-set.ts';
import { promptRows } from '../../../functions/core/labels/classifier.ts';
import { embeddingMatrix } from '../../../functions/core/labels/embedding-matrix.ts';
import { parseLabelSet } from '../../../functions/core/labels/label-set.ts';
import type { ModelParts } from '../../../functions/tagger/model-parts.ts';
import type { EmbeddedPictures } from './embedded-pictures.ts';

const SHARP_FILES = ['sharp-00.bin', 'sharp-01.bin', 'sharp-02.bin', 'manifest.jsonl'];

/** A folder as `evaluate` reads a packed photo set: the sharp pictures with the labels beside them. */
export async function withSharpPictures<Result>(
  photoSet: string,
  work: (manifest: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-sharp-'));
  try {
    for (const name of SHARP_FILES) await symlink(resolve(photoSet, 'sharp', name), join(folder, name));
    await symlink(resolve(photoSet, 'labels.json'), join(folder, 'labels.json'));
    return await work(join(folder, 'manifest.jsonl'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Embeds the pictures of some splits, and every label's phrase, by the code that tags. */
export async function embeddedSplits(
  manifest: string,
  splits: readonly string[],
  parts: ModelParts,
  heldOut: ReadonlySet<string>,
): Promise<EmbeddedPictures> {
  const rows: Float32Array[] = [];
  const [label, split]: [string[], string[]] = [[], []];
  const also = new Map<string, ReadonlySet<string>>();
  const { decoder, encoder } = await parts.imageReader();
  let labels: readonly { readonly label: string; readonly phrase?: string | undefined }[] = [];
  for (const name of splits) {
    const set = await openPictureSet(manifest, { split: name });
    labels = set.labels;
    const embed = async (picture: (typeof set.pictures)[number]) => {
      const bytes = await picture.read();
      return { picture, ...(await encoder.encode(decoder.decode(bytes, encoder.pixelSpec))) };
    };
    for await (const { picture, values } of severalAtOnce(set.pictures, embed)) {
      const [own = ''] = picture.labels;
      rows.push(values);
      label.push(own);
      split.push(name);
      also.set(own, new Set(picture.labels));
    }
    await set.close();
  }
  const words = {
    ...{ name: 'phrases', version: 1, mode: 'independent' },
    labels: labels.map((one) => ({ name: one.label, prompts: [one.phrase ?? one.label] })),
  };
  const texts = await promptRows(parseLabelSet(words, 'phrases'), parts.textEncoder);
  return {
    model: parts.identity.modelDigest,
    logitScale: parts.textEncoder.logitScale,
    pictures: embeddingMatrix(parts.identity.modelDigest, rows),
    ...{ label, split, also, heldOut },
    labels: labels.map((one) => one.label),
    texts: texts.labelRows,
    contrasts: texts.contrastRows,
  };
}

export async function heldOutLabels(): Promise<ReadonlySet<string>> {
  const file = new URL('../../../models/embedded/train/held-out.json', import.meta.url);
  return new Set(JSON.parse(await readFile(file, 'utf8')) as string[]);
}
