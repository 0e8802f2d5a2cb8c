import { open } from 'node:fs/promises';
import { z } from 'zod';
import { excerpt, InvalidInput } from '../../../core/errors.ts';
import { normalised } from '../../../core/labels/embedding.ts';
import type { ComparedImage } from '../../../core/retag/comparison.ts';
import { UsageError } from '../../../terminal/exit-code.ts';

/** Further faults say nothing new of a file. */
const MAXIMUM_FAULTS = 5;

const corrections = z.array(
  z.object({
    set: z.string(),
    label: z.string(),
    isThere: z.boolean(),
    correctedAt: z.string(),
    modelScore: z.number().optional(),
    isImplied: z.literal(true).optional(),
  }),
);

/** What `embed --json` prints of a file or a text, and `show --embedding --json` of a stored image. */
const embeddedLine = z.object({
  path: z.string().optional(),
  text: z.string().optional(),
  status: z.string().optional(),
  bucket: z.string().optional(),
  key: z.string().optional(),
  modelDigest: z.string().optional(),
  embedding: z.array(z.number()).min(1).optional(),
  corrections: corrections.optional(),
});

/** What embeddings of the model at hand look like. */
export interface EmbeddingForm {
  readonly modelDigest: string;
  readonly size: number;
}

/** Images that are scored at once. */
const BLOCK_SIZE = 500;

/**
 * The images of a file of JSON lines, block by block.
 *
 * @throws {InvalidInput} with the first lines that are none
 */
export async function* embeddedLines(
  path: string,
  form: EmbeddingForm,
): AsyncGenerator<readonly ComparedImage[]> {
  const faults: string[] = [];
  let block: ComparedImage[] = [];
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    if (line.trim() === '') continue;
    const image = imageOf(line, form);
    if (typeof image === 'string') faults.push(`line ${number}: ${image}`);
    else if (image) block.push(image);
    if (faults.length >= MAXIMUM_FAULTS) break;
    if (block.length >= BLOCK_SIZE) {
      yield block;
      block = [];
    }
  }
  if (faults.length > 0) throw new InvalidInput(`${path} has no embeddings`, faults);
  yield block;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError([`--on: cannot read ${path} (${cause.code})`]);
  });
  try {
    yield* input.readLines();
  } catch (cause) {
    throw new UsageError([`--on: cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`]);
  } finally {
    await input.close();
  }
}

/** An image, nothing for one that cannot be tagged, or what is wrong with the line. */
function imageOf(line: string, form: EmbeddingForm): ComparedImage | undefined | string {
  const value = embeddedLine.safeParse(jsonOf(line)).data;
  const name = value?.key ?? value?.path ?? value?.text;
  if (!value || name === undefined) {
    return `Expected what embed --json or show --embedding --json prints but received ${excerpt(line)}`;
  }
  const { status = 'tagged', bucket = '', modelDigest, embedding: values } = value;
  if (status !== 'tagged') return undefined;
  const image = { bucket, key: name, corrections: value.corrections };
  if (!values || modelDigest !== form.modelDigest)
    return { ...image, modelDigest: values && modelDigest, embedding: undefined };
  if (values.length !== form.size) {
    return `Expected an embedding of ${form.size} numbers but received ${values.length}`;
  }
  const unit = unitOf(values);
  if (!unit)
    return 'Expected an embedding of finite, positive length but received zeros or numbers without bounds';
  return { ...image, modelDigest, embedding: { modelDigest, values: unit } };
}

/** Undefined for zeros, and for numbers whose squares are beyond all numbers. */
function unitOf(values: readonly number[]): Float32Array | undefined {
  try {
    return normalised(values);
  } catch {
    return undefined;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
