import { InvalidInput } from '../../../core/errors.ts';
import type { TensorEntry } from '../safetensors/header.ts';
import { isReadable, READABLE_BYTES } from '../safetensors/numbers.ts';
import type { CheckpointShape, TensorName, TowerShape, WeightAndBias } from './checkpoint.ts';
import type { LayoutReading } from './layout-names.ts';

type Sizes = readonly number[];
type Named = readonly [TensorName, Sizes];

/** PyTorch modules leave these behind; nothing depends on them. The last three are in OpenAI's own archives. */
const HARMLESS = /(^|\.)(position_ids|attn_mask)$|^(input_resolution|context_length|vocab_size)$/;

/** Every tensor of a checkpoint with its shape. */
export function tensorShapes({ embeddingSize, image, text }: CheckpointShape): Map<TensorName, Sizes> {
  const { width, patchSize } = image;
  const optional = (isThere: boolean, named: Named): Named[] => (isThere ? [named] : []);
  return new Map<TensorName, Sizes>([
    ['image.patch.weight', [width, 3, patchSize, patchSize]],
    ...optional(image.patchBias, ['image.patch.bias', [width]]),
    ...optional(image.hasClassToken, ['image.class', [width]]),
    ['image.positions', [image.tokens, width]],
    ...(image.hasNormBefore ? norm('image.normBefore', width) : []),
    ...layers('image', image),
    ...norm('image.normAfter', width),
    ...(image.pooling === 'attention' ? poolingHead(image) : []),
    ...optional(image.pooling === 'class', ['image.projection', [embeddingSize, width]]),
    ['text.tokens', [text.vocabularySize, text.width]],
    ['text.positions', [text.contextLength, text.width]],
    ...layers('text', text),
    ...norm('text.normAfter', text.width),
    ['text.projection.weight', [embeddingSize, text.width]],
    ...optional(text.projectionBias, ['text.projection.bias', [embeddingSize]]),
  ]);
}

function layers(tower: 'image' | 'text', shape: TowerShape): Named[] {
  return Array.from({ length: shape.layers }, (_, index): Named[] => {
    const layer = `${tower}.layers.${index}` as const;
    const { width } = shape;
    return [
      ...norm(`${layer}.norm1`, width),
      ...(['query', 'key', 'value', 'out'] as const).flatMap((name) =>
        linear(`${layer}.${name}`, width, width),
      ),
      ...norm(`${layer}.norm2`, width),
      ...linear(`${layer}.up`, shape.mlpWidth, width),
      ...linear(`${layer}.down`, width, shape.mlpWidth),
    ];
  }).flat();
}

function poolingHead({ width, mlpWidth }: TowerShape): Named[] {
  return [
    ['image.pool.probe', [width]],
    ...(['query', 'key', 'value', 'out'] as const).flatMap((name) =>
      linear(`image.pool.${name}`, width, width),
    ),
    ...norm('image.pool.norm', width),
    ...linear('image.pool.up', mlpWidth, width),
    ...linear('image.pool.down', width, mlpWidth),
  ];
}

function norm(name: WeightAndBias, width: number): Named[] {
  return [
    [`${name}.weight` as TensorName, [width]],
    [`${name}.bias` as TensorName, [width]],
  ];
}

function linear(name: WeightAndBias, out: number, into: number): Named[] {
  return [
    [`${name}.weight` as TensorName, [out, into]],
    [`${name}.bias` as TensorName, [out]],
  ];
}

/**
 * Compares the tensors that a layout demands with those that the files hold.
 *
 * @throws {InvalidInput} naming every tensor that is missing, has another shape or an unreadable type, or is unknown
 */
export function checkTensors(
  { shape, sourceOf, logitScale, logitBias }: LayoutReading,
  tensors: ReadonlyMap<string, TensorEntry>,
  path: string,
): void {
  const expected = new Map<string, Sizes>([[logitScale, []]]);
  if (logitBias !== undefined) expected.set(logitBias, []);
  for (const [name, sizes] of tensorShapes(shape)) {
    const { tensor, part, transposed } = sourceOf(name);
    const [first = 1, ...others] = transposed ? sizes.toReversed() : sizes;
    expected.set(tensor, [first * (part?.of ?? 1), ...others]);
  }
  const faults = [...expected].flatMap(([name, sizes]) => faultOf(name, sizes, tensors.get(name)) ?? []);
  for (const [name, { shape: sizes }] of tensors) {
    if (!expected.has(name) && !HARMLESS.test(name))
      faults.push(`${name}: Expected no such tensor but found one of shape [${sizes}]`);
  }
  if (faults.length > 0)
    throw new InvalidInput(`${path} does not hold the tensors that its configuration describes`, faults);
}

function faultOf(name: string, expected: Sizes, found: TensorEntry | undefined): string | undefined {
  if (found === undefined) return `${name}: Expected shape [${expected}] but it is missing`;
  if (!isSameShape(expected, found.shape))
    return `${name}: Expected shape [${expected}] but found [${found.shape}]`;
  if (!isReadable(found.dtype))
    return `${name}: Expected numbers of type ${Object.keys(READABLE_BYTES).join(', ')} but found ${found.dtype}`;
  return undefined;
}

/** Layouts differ in leading dimensions of 1: timm's `pos_embed` is [1, tokens, width], a scalar may be [1]. */
function isSameShape(expected: Sizes, found: Sizes): boolean {
  const extra = found.length - expected.length;
  return extra >= 0 && found.every((size, index) => size === (index < extra ? 1 : expected[index - extra]));
}
