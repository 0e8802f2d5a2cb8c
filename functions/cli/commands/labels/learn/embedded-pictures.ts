import { embeddingFromBytes, embeddingToBytes } from '../../../../core/labels/embedding.ts';
import type { ModelParts } from '../../../../tagger/model-parts.ts';
import { withProgress } from '../../../../terminal/progress.ts';
import { namedFault, severalAtOnce } from '../../../images/image-results.ts';
import type { EmbeddedPicture, EmbedPictures, ExamplePicture } from './example-reader.ts';

/** Embeds pictures with a model, which is loaded for the first of them. */
export function embeddedPictures({ imageReader }: Pick<ModelParts, 'imageReader'>): EmbedPictures {
  let opened: ReturnType<typeof imageReader> | undefined;
  return async (pictures) => {
    if (pictures.length === 0) return [];
    opened ??= imageReader();
    const { decoder, encoder } = await opened;
    const embedded = async (picture: ExamplePicture): Promise<EmbeddedPicture> => {
      try {
        const pixels = decoder.decode(await picture.read(), encoder.pixelSpec);
        return { ...picture, embedding: asStored(await encoder.encode(pixels)) };
      } catch (error) {
        return { ...picture, fault: namedFault(error) };
      }
    };
    const results: EmbeddedPicture[] = [];
    await withProgress(pictures.length, async ({ advance }) => {
      for await (const result of severalAtOnce(pictures, embedded)) {
        results.push(result);
        advance();
      }
    });
    return results;
  };
}

/** As the table has it, so that a file and the same picture in the table are one example. */
function asStored(embedding: Parameters<typeof embeddingToBytes>[0]): Float32Array {
  return embeddingFromBytes(embeddingToBytes(embedding), embedding.modelDigest).values;
}
