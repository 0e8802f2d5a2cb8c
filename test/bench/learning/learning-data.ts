import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { normalised } from '../../../functions/core/labels/embedding.ts';

const header = z.object({
  size: z.int(),
  logitScale: z.number(),
  templates: z.array(z.string()),
  names: z.array(z.string()),
  heldOut: z.array(z.boolean()),
  label: z.array(z.int()),
  isTest: z.array(z.boolean()),
  also: z.array(z.array(z.int())),
});

/** What learning-data.py has written. */
export interface LearningData extends z.infer<typeof header> {
  readonly images: readonly Float32Array[];
  /** By label: what "a photo of a LABEL" is, and the mean over all templates. */
  readonly texts: readonly Float32Array[];
  readonly ensembles: readonly Float32Array[];
}

const TEMPLATE = 'a photo of a {}';

export async function readLearningData(folder: string): Promise<LearningData> {
  const data = header.parse(JSON.parse(await readFile(join(folder, 'learning.json'), 'utf8')));
  const images = await rowsOf(join(folder, 'images.f32'), data.size);
  const prompts = await rowsOf(join(folder, 'prompts.f32'), data.size);
  const said = (template: number, name: number) =>
    prompts[template * data.names.length + name] ?? new Float32Array();
  return {
    ...data,
    images,
    texts: data.names.map((_, name) => said(data.templates.indexOf(TEMPLATE), name)),
    ensembles: data.names.map((_, name) =>
      normalised(
        Float32Array.from({ length: data.size }, (__, i) =>
          data.templates.reduce((sum, ___, template) => sum + (said(template, name)[i] ?? 0), 0),
        ),
      ),
    ),
  };
}

async function rowsOf(path: string, size: number): Promise<readonly Float32Array[]> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  const values = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return Array.from({ length: values.length / size }, (_, row) =>
    normalised(values.subarray(row * size, (row + 1) * size)),
  );
}
