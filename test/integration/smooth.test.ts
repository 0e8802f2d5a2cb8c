import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dot } from '../../functions/core/embedding.ts';
import type { Checkpoint, CheckpointShape } from '../../models/compile/checkpoint.ts';
import { openCheckpoint } from '../../models/compile/checkpoint-folder.ts';
import { type ImageGraphOptions, imageGraph } from '../../models/compile/image-graph.ts';
import { onnxGraph } from '../../models/compile/onnx-graph.ts';
import { memorySink } from '../../models/compile/onnx-sink.ts';
import { imageSmoother } from '../../models/compile/samples-smoother.ts';
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

/** Embeddings of pictures that calibration has not seen: stripes, and noise. */
async function embeddings(checkpoint: Checkpoint, options: ImageGraphOptions): Promise<Float32Array[]> {
  const sink = memorySink();
  await imageGraph(onnxGraph(sink, 'image'), checkpoint, options);
  const session = await InferenceSession.create(sink.bytes(), { logSeverityLevel: 3 });
  const size = checkpoint.image.imageSize;
  const results: Float32Array[] = [];
  for (let seed = 1; seed <= 6; seed++) {
    const noise = tinyNumbers(size * size * 3, seed);
    const values = Uint8Array.from(noise, (value, i) => 128 + 60 * Math.sin(i / (seed * 40)) + 60 * value);
    const pixels = new Tensor('uint8', values, [1, size, size, 3]);
    const { embedding } = await session.run({ pixels });
    results.push(embedding?.data as Float32Array);
  }
  return results;
}

function meanCosine(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((sum, vector, i) => sum + dot(vector, b[i]!), 0) / a.length;
}

describe('int8 with the outlier channels of trained transformers', () => {
  test('is nearer to fp32 smoothed than plain', async () => {
    const checkpoint = await checkpointOf(WIDE, { layout: 'open_clip', outliers: true });
    const exact = await embeddings(checkpoint, { precision: 'fp32' });
    const plain = meanCosine(exact, await embeddings(checkpoint, { precision: 'int8' }));
    const prepare = await imageSmoother(checkpoint, samplePhotographs());
    const smoothed = meanCosine(exact, await embeddings(checkpoint, { precision: 'int8', prepare }));
    console.log(`cosine to fp32: plain ${plain.toFixed(4)}, smoothed ${smoothed.toFixed(4)}`);
    expect(1 - smoothed).toBeLessThan((1 - plain) / 2);
  });

  test('means the same in fp32 when smoothed', async () => {
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
