import { readModel } from '../adapters/files/model-folder.ts';
import { onnxImageEncoder } from '../adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../adapters/sharp/pixel-decoder.ts';
import { checkSize } from '../core/objects/object.ts';

export interface EmbedderOptions {
  /** Folder of the model, with its `manifest.json`. */
  readonly modelFolder: string;
  /** Larger pictures are refused, in bytes. */
  readonly maximumBytes: number;
  /** Whether the decoder of HEIC is there. */
  readonly heic: boolean;
}

/**
 * Embeds pictures as the tagging function does. A module of its own, which is loaded with the first picture: decoder and
 * encoder take longer to load than all the rest of the API.
 */
export async function pictureEmbedder(
  options: EmbedderOptions,
): Promise<(picture: Uint8Array) => Promise<Float32Array>> {
  const { modelFolder, maximumBytes, heic } = options;
  const encoder = await onnxImageEncoder(await readModel(modelFolder, ['imageEncoder', 'imageWeights']));
  const decoder = sharpPixelDecoder({ heic });
  return async (picture) => {
    checkSize(picture.length, maximumBytes);
    const [embedding] = await encoder.encode([await decoder.decode(picture, encoder.pixelSpec)]);
    if (embedding === undefined) throw new Error('Expected an embedding of the picture');
    return embedding.values;
  };
}
