import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelManifest, sha256Of } from '../../adapters/files/model-folder.ts';
import { TOKEN_TABLES_FILE } from '../../adapters/tokens/token-tables-file.ts';
import { TOKENIZER_FILE } from '../../adapters/tokens/tokenizer-file.ts';

/** The names of a model folder's files. */
export const FILES = {
  imageEncoder: 'image-encoder.onnx',
  imageWeights: 'image-encoder.bin',
  textEncoder: 'text-encoder.onnx',
  textWeights: 'text-encoder.bin',
  tokenizer: TOKENIZER_FILE,
  /** In its place, the tables that were made of a tokenizer of Gemma's kind. */
  tokenTables: TOKEN_TABLES_FILE,
} as const;

/** The files of a folder as its manifest lists them; a model without large tensors has no files of weights. */
export async function fileEntries(folder: string): Promise<ModelManifest['files']> {
  const entry = async <Path extends string>(path: Path) => {
    const place = join(folder, path);
    return { path, sha256: await sha256Of(place), bytes: (await stat(place)).size };
  };
  const held = await readdir(folder);
  const { imageWeights, textWeights } = FILES;
  return {
    imageEncoder: await entry(FILES.imageEncoder),
    ...(held.includes(imageWeights) && { imageWeights: await entry(imageWeights) }),
    textEncoder: await entry(FILES.textEncoder),
    ...(held.includes(textWeights) && { textWeights: await entry(textWeights) }),
    tokenizer: await entry(held.includes(FILES.tokenTables) ? FILES.tokenTables : FILES.tokenizer),
  };
}
