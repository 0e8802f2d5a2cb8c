import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writeCheckpoint } from '../../fixtures/checkpoints.ts';
import { CHECKPOINT_SHAPES } from '../../fixtures/checkpoints-shapes.ts';

/*
 * Writes a checkpoint of full size with random weights, to time and to compare where no trained one can be had:
 *
 *   node --import tsx test/bench/peers/write-checkpoint.ts --shape vit-b-32 --layout huggingface --out DIR
 *     [--dtype F32|F16|BF16] [--seed 1] [--outliers] [--tokenizer tokenizer.json]
 */
const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'vit-b-32' },
    layout: { type: 'string', default: 'open_clip' },
    out: { type: 'string' },
    dtype: { type: 'string', default: 'F32' },
    seed: { type: 'string', default: '1' },
    outliers: { type: 'boolean', default: false },
    tokenizer: { type: 'string' },
  },
});

const shapeNames = Object.keys(CHECKPOINT_SHAPES) as (keyof typeof CHECKPOINT_SHAPES)[];
const parsed = z
  .object({
    shape: z.enum(shapeNames),
    layout: z.enum(['open_clip', 'huggingface']),
    out: z.string({ error: 'Expected --out DIR' }).min(1),
    dtype: z.enum(['F32', 'F16', 'BF16']),
    seed: z.coerce.number().int(),
    outliers: z.boolean(),
    tokenizer: z.string().optional(),
  })
  .safeParse(values);

if (parsed.success) {
  const { shape, out, tokenizer, ...options } = parsed.data;
  await writeCheckpoint(out, CHECKPOINT_SHAPES[shape], options);
  if (tokenizer !== undefined) await copyFile(tokenizer, join(out, 'tokenizer.json'));
  console.log(
    `${out}: ${shape}, ${options.layout}, ${options.dtype}${options.outliers ? ', with outliers' : ''}`,
  );
} else {
  console.error(z.prettifyError(parsed.error));
  process.exitCode = 2;
}
