import { pathName } from '../../../../adapters/files/file-path.ts';
import type { Model } from '../../../../adapters/files/model-folder.ts';
import { onnxImageEncoder } from '../../../../adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../../../adapters/sharp/pixel-decoder.ts';
import type { Embedding, PromptEncoder } from '../../../../core/labels/embedding.ts';
import type { Pixels } from '../../../../core/pixels/pixels.ts';
import { withProgress } from '../../../../terminal/progress.ts';
import type { ImagePath } from '../../../images/image-paths.ts';
import { IMAGES_AT_ONCE, imageResults } from '../../../images/image-results.ts';

/** What became of pictures: one embedding for each path, in order. */
export interface EncodedPictures {
  /** Pictures that could be decoded. */
  readonly paths: readonly string[];
  /** Each picture in a run of its own: the result does not depend on its neighbours. */
  readonly alone: readonly Embedding[];
  /** The same pictures in runs of {@link IMAGES_AT_ONCE}. */
  readonly inBatches: readonly Embedding[];
  /** The counterpart's embeddings of the same pixels, each in a run of its own; empty without a counterpart. */
  readonly counterpart: readonly Embedding[];
  readonly broken: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

/** Decodes every picture once and encodes it with both models, in an order that is the same in every run. */
export async function encodedPictures(
  paths: readonly ImagePath[],
  model: Model,
  counterpart: Model | undefined,
): Promise<EncodedPictures> {
  const encoder = await onnxImageEncoder(model);
  const reference = counterpart && (await onnxImageEncoder(counterpart));
  const decoder = sharpPixelDecoder();
  const decoded: string[] = [];
  const lists = { alone: [] as Embedding[], inBatches: [] as Embedding[], counterpart: [] as Embedding[] };
  const broken: { path: string; reason: string }[] = [];
  let batch: Pixels[] = [];
  const encodeBatch = async () => {
    lists.inBatches.push(...(await encoder.encode(batch)));
    batch = [];
  };
  await withProgress(paths.length, async (progress) => {
    for await (const result of imageResults(paths, (bytes) => decoder.decode(bytes, encoder.pixelSpec))) {
      progress.advance();
      if ('fault' in result) {
        broken.push({ path: pathName(result.path), reason: result.fault.reason });
        continue;
      }
      decoded.push(pathName(result.path));
      batch.push(result.value);
      lists.alone.push(...(await encoder.encode([result.value])));
      if (reference) lists.counterpart.push(...(await reference.encode([result.value])));
      if (batch.length === IMAGES_AT_ONCE) await encodeBatch();
    }
    await encodeBatch();
  });
  return { paths: decoded, ...lists, broken };
}

/** A text encoder that has encoded its texts already, each once. */
export interface EncodedTexts extends PromptEncoder {
  readonly texts: readonly string[];
  of(texts: readonly string[]): readonly Embedding[];
}

/** Encodes texts now, so that labels and comparisons can share them. @throws {RangeError} when asked for another text */
export async function encodedTexts(encoder: PromptEncoder, texts: readonly string[]): Promise<EncodedTexts> {
  const embeddings = await encoder.encode(texts);
  const known = new Map(texts.map((text, i) => [text, embeddings[i]]));
  const of = (wanted: readonly string[]) =>
    wanted.map((text) => {
      const embedding = known.get(text);
      if (embedding) return embedding;
      throw new RangeError(`Expected one of ${known.size} encoded texts but received "${text}"`);
    });
  return { ...encoder, texts, of, encode: async (wanted) => of(wanted) };
}
