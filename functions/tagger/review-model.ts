import { readModel } from '../adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { textReader } from '../adapters/onnx/text-reader.ts';
import type { ReviewModel } from '../core/labels/review/review.ts';
import { DEFAULT_MODEL, modelFolder } from './model-places.ts';

/**
 * The texts' side of a model, by which label sets are reviewed.
 *
 * @throws {CliptagError} `no-model`, `no-tokenizer`
 */
export async function openReviewModel(
  nameOrFolder = DEFAULT_MODEL,
): Promise<ReviewModel & { close(): Promise<void> }> {
  const model = await readModel(modelFolder(nameOrFolder));
  const encoder = onnxTextEncoder(model);
  return { encoder, reader: await textReader(model), close: encoder.close };
}
