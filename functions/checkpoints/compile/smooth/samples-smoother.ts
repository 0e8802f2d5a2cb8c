import { Tensor } from 'onnxruntime-node';
import { loadTokenizer } from '../../../adapters/onnx/tokenizer.ts';
import { sharpPixelDecoder } from '../../../adapters/sharp/pixel-decoder.ts';
import { RGB_CHANNELS } from '../../../core/pixels/pixels.ts';
import { imageTokens } from '../graph/image-graph.ts';
import { textTokens } from '../graph/text-graph.ts';
import { partOfTokenTable } from '../graph/token-table.ts';
import type { Checkpoint, TextTowerShape } from '../read/checkpoint.ts';
import type { LayerWeights } from '../weights/layer-weights.ts';
import { layerSmoother } from './calibrate.ts';

type Prepare = (weights: LayerWeights) => Promise<LayerWeights>;

/** Smooths an image tower by a few photographs. */
export async function imageSmoother(
  checkpoint: Checkpoint,
  photographs: readonly Uint8Array[],
): Promise<Prepare> {
  const { preprocessing, image: shape } = checkpoint;
  const { size, resize } = preprocessing;
  const bytesPerImage = size * size * RGB_CHANNELS;
  const values = new Uint8Array(photographs.length * bytesPerImage);
  const decoder = sharpPixelDecoder();
  for (const [i, photograph] of photographs.entries()) {
    const { data } = await decoder.decode(photograph, { size, resize });
    values.set(data, i * bytesPerImage);
  }
  return layerSmoother({
    shape,
    causal: false,
    tokens: (graph) => imageTokens(graph, checkpoint, 'fp32'),
    feeds: { pixels: new Tensor('uint8', values, [photographs.length, size, size, RGB_CHANNELS]) },
  });
}

/** Texts of all kinds: one word, prompts, a caption, other scripts, digits. */
const SAMPLE_TEXTS = [
  'dog',
  'a photo of a cat.',
  'a blurry photo of the small red car, a type of vehicle.',
  'two children playing football on a beach at sunset while their parents watch from under an umbrella',
  'Eiffel Tower, Paris 1889',
  'ein Foto von einem Fahrrad',
  '日本の富士山の写真',
  'a screenshot of a spreadsheet with 42 rows & 7 columns!',
];

/** Smooths a text tower by a few texts. @param folder the tokenizer's */
export async function textSmoother(checkpoint: Checkpoint, folder: string): Promise<Prepare> {
  const { text: shape } = checkpoint;
  const tokenize = await loadTokenizer(folder, { contextLength: shape.contextLength });
  const texts = [...SAMPLE_TEXTS.map(tokenize), ...scatteredTexts(shape)];
  // Only the vectors that these texts need are put into the graph: all together may be larger than a graph can be.
  const { table, idOf } = await partOfTokenTable(checkpoint, new Set([...texts.flat(), shape.padToken]));
  const idIn = (id: number) => BigInt(idOf.get(id) ?? 0);
  const length = shape.causal ? Math.max(...texts.map((ids) => ids.length)) : shape.contextLength;
  const ids = new BigInt64Array(texts.length * length).fill(idIn(shape.padToken));
  texts.forEach((text, row) => {
    ids.set(text.map(idIn), row * length);
  });
  return layerSmoother({
    shape,
    causal: shape.causal,
    tokens: (graph) => textTokens(graph, checkpoint, graph.input('ids', 'int64', ['N', 'L']), 'int8', table),
    feeds: { ids: new Tensor('int64', ids, [texts.length, length]) },
  });
}

const SCATTERED_TEXTS = 64;
const SCATTERED_TOKENS = 14;

/**
 * Texts of tokens from all over the vocabulary. Few texts show few of its vectors, and a channel that none of them
 * fills counts as small: the first word that fills it then loses precision (tiny-clip's "horse": cosine 0.93 instead
 * of 0.99).
 */
function scatteredTexts({ vocabularySize, startToken, endToken, contextLength }: TextTowerShape): number[][] {
  const count = Math.max(1, Math.min(SCATTERED_TOKENS, contextLength - 2));
  // Multiples of the golden section spread evenly (Knuth, The Art of Computer Programming, 6.4).
  const token = (index: number) => Math.floor(((index * GOLDEN_SECTION) % 1) * vocabularySize);
  const open = startToken === undefined ? [] : [startToken];
  return Array.from({ length: SCATTERED_TEXTS }, (_, text) => [
    ...open,
    ...Array.from({ length: count }, (_, i) => token(1 + text * count + i)).map((id) =>
      id === endToken || id === startToken ? 0 : id,
    ),
    endToken,
  ]);
}

const GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;
