import { Tensor } from 'onnxruntime-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openOnnxSession } from '../../functions/adapters/onnx/session.ts';
import { imageGraph } from '../../functions/checkpoints/compile/graph/image-graph.ts';
import type { TowerOptions } from '../../functions/checkpoints/compile/graph/tower-options.ts';
import type { Checkpoint, CheckpointShape } from '../../functions/checkpoints/compile/read/checkpoint.ts';
import { openCheckpoint } from '../../functions/checkpoints/compile/read/checkpoint-folder.ts';
import { imageSmoother } from '../../functions/checkpoints/compile/smooth/samples-smoother.ts';
import type { LayerWeights } from '../../functions/checkpoints/compile/weights/layer-weights.ts';
import { onnxGraph } from '../../functions/checkpoints/compile/write/onnx-graph.ts';
import { dot } from '../../functions/core/labels/embedding.ts';
import { type CheckpointOptions, writeCheckpoint } from '../fixtures/checkpoints.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { samplePhotographs } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyNumbers } from '../fixtures/tiny-model.ts';

/** Wide enough for outliers to be few, small enough for a test. */
const { tiny } = CHECKPOINT_SHAPES;
const WIDE: CheckpointShape = {
  ...tiny,
  image: { ...tiny.image, width: 256, heads: 4, mlpWidth: 1024, layers: 3 },
};

async function checkpointOf(shape: CheckpointShape, options: CheckpointOptions): Promise<Checkpoint> {
  const folder = await temporaryFolder();
  await writeCheckpoint(folder, shape, options);
  const checkpoint = await openCheckpoint(folder);
  onTestFinished(checkpoint.close);
  return checkpoint;
}

/** Pictures that calibration has not seen: stripes and noise, one black, one white. */
function strangePictures(size: number): Uint8Array[] {
  const count = size * size * 3;
  const striped = [1, 2, 3, 4, 5, 6].map((seed) =>
    Uint8Array.from(
      tinyNumbers(count, seed),
      (value, i) => 128 + 60 * Math.sin(i / (seed * 40)) + 60 * value,
    ),
  );
  return [...striped, new Uint8Array(count), new Uint8Array(count).fill(255)];
}

async function embeddings(checkpoint: Checkpoint, options: TowerOptions, batch = 1): Promise<Float32Array[]> {
  const graph = onnxGraph('image');
  await imageGraph(graph, checkpoint, options);
  const session = await openOnnxSession(graph.bytes(), { threads: 1 });
  const size = checkpoint.image.imageSize;
  const pictures = strangePictures(size);
  const results: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += batch) {
    const chosen = pictures.slice(first, first + batch);
    const pixels = new Tensor('uint8', Buffer.concat(chosen), [chosen.length, size, size, 3]);
    const values = (await session.run({ pixels })).embedding?.data as Float32Array;
    const length = values.length / chosen.length;
    chosen.forEach((_, i) => {
      results.push(values.slice(i * length, (i + 1) * length));
    });
  }
  await session.release();
  return results;
}

function meanCosine(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((sum, vector, i) => sum + dot(vector, b[i]!), 0) / a.length;
}

describe('int8', () => {
  test.each([
    ['without outlier channels', false, 0.999],
    ['with the outlier channels of trained transformers', true, 0.999],
  ])('is near to fp32 %s, alone and in a batch', async (_, outliers, least) => {
    const checkpoint = await checkpointOf(WIDE, { layout: 'open_clip', outliers });
    const exact = await embeddings(checkpoint, { precision: 'fp32' });
    const prepare = await imageSmoother(checkpoint, samplePhotographs());
    const layers: LayerWeights[] = [];
    const remembered = async (weights: LayerWeights, index: number) => {
      layers[index] ??= await prepare(weights);
      return layers[index];
    };
    const alone = await embeddings(checkpoint, { precision: 'int8', prepare: remembered });
    const together = await embeddings(checkpoint, { precision: 'int8', prepare: remembered }, 8);
    console.log(`cosine to fp32 with outliers ${outliers}: ${meanCosine(exact, alone).toFixed(4)}`);
    expect(meanCosine(exact, alone)).toBeGreaterThan(least);
    for (const [i, embedding] of alone.entries()) expect(dot(embedding, together[i]!)).toBeCloseTo(1, 6);
  });
});

describe('smoothing for int8', () => {
  test('brings the outlier channels of trained transformers nearer to fp32', async () => {
    const checkpoint = await checkpointOf(WIDE, { layout: 'open_clip', outliers: true });
    const exact = await embeddings(checkpoint, { precision: 'fp32' });
    const plain = meanCosine(exact, await embeddings(checkpoint, { precision: 'int8' }));
    const prepare = await imageSmoother(checkpoint, samplePhotographs());
    const smoothed = meanCosine(exact, await embeddings(checkpoint, { precision: 'int8', prepare }));
    console.log(`cosine to fp32: plain ${plain.toFixed(4)}, smoothed ${smoothed.toFixed(4)}`);
    expect(1 - smoothed).toBeLessThan((1 - plain) / 2);
  });

  test.each([
    ['smooths layers with', true],
    ['leaves layers alone without', false],
  ])('%s outlier channels', async (_, outliers) => {
    const checkpoint = await checkpointOf(WIDE, { layout: 'open_clip', outliers });
    const smoother = await imageSmoother(checkpoint, samplePhotographs());
    const isSmoothed: boolean[] = [];
    const prepare = async (weights: LayerWeights) => {
      const prepared = await smoother(weights);
      isSmoothed.push(prepared !== weights);
      return prepared;
    };
    await embeddings(checkpoint, { precision: 'int8', prepare });
    expect(isSmoothed).toEqual([outliers, outliers, outliers]);
  });

  test('changes nothing in fp32', async () => {
    const checkpoint = await checkpointOf(WIDE, { layout: 'open_clip', outliers: true });
    const exact = await embeddings(checkpoint, { precision: 'fp32' });
    const prepare = await imageSmoother(checkpoint, samplePhotographs());
    expect(meanCosine(exact, await embeddings(checkpoint, { precision: 'fp32', prepare }))).toBeGreaterThan(
      0.9999,
    );
  });
});

describe('int8 of SigLIP, pooled by attention', () => {
  test('is near to fp32', async () => {
    const checkpoint = await checkpointOf(CHECKPOINT_SHAPES['tiny-siglip'], { layout: 'huggingface' });
    const exact = await embeddings(checkpoint, { precision: 'fp32' });
    const prepare = await imageSmoother(checkpoint, samplePhotographs());
    expect(meanCosine(exact, await embeddings(checkpoint, { precision: 'int8', prepare }))).toBeGreaterThan(
      0.99,
    );
  });
});
