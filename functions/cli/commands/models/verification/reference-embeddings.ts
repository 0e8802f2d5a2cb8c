import { z } from 'zod';
import { readUtf8 } from '../../../../adapters/files/utf8-text.ts';
import { InvalidInput } from '../../../../core/errors.ts';
import { type Embedding, normalised } from '../../../../core/labels/embedding.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';

/** What the reference's own code made of pictures and texts. */
export interface ReferenceEmbeddings {
  readonly path: string;
  /** Unit embeddings by the pictures' file names. */
  readonly images: ReadonlyMap<string, UnitValues>;
  readonly texts: ReadonlyMap<string, UnitValues>;
  /** Already exponentiated. */
  readonly logitScale?: number;
}

type UnitValues = Pick<Embedding, 'values'>;

const embedding = z.array(z.number()).min(1);
const schema = z.object({
  images: z.record(z.string(), z.object({ embedding })).default({}),
  texts: z.record(z.string(), embedding).default({}),
  logit_scale: z.number().positive().optional(),
});

/**
 * Reads `{"images": {NAME: {"embedding": […]}}, "texts": {TEXT: […]}, "logit_scale": 100}`.
 *
 * @param size numbers of an embedding of the model that is verified
 * @throws {UsageError} when the file can't be read
 * @throws {InvalidInput} when it holds something else, or embeddings of another size
 */
export async function readReferenceEmbeddings(path: string, size: number): Promise<ReferenceEmbeddings> {
  const { images, texts, logit_scale } = parsed(await text(path), path);
  const reference = {
    path,
    images: unitEmbeddings(Object.entries(images).map(([name, image]) => [name, image.embedding])),
    texts: unitEmbeddings(Object.entries(texts)),
    ...(logit_scale !== undefined && { logitScale: logit_scale }),
  };
  const others = [...reference.images, ...reference.texts].filter(([, { values }]) => values.length !== size);
  if (others.length === 0) return reference;
  throw new InvalidInput(
    `${path} is not of this model`,
    others.map(
      ([name, { values }]) =>
        `${name}: Expected an embedding of ${size} numbers but received ${values.length}`,
    ),
  );
}

function text(path: string): Promise<string> {
  return readUtf8(
    path,
    ({ code, message }) => new UsageError([`--reference: cannot read ${path} (${code ?? message})`]),
  );
}

function parsed(json: string, path: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InvalidInput(`${path} holds no reference embeddings`, [`Expected JSON: ${String(error)}`]);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || '(top level)'}: ${issue.message}`,
  );
  throw new InvalidInput(`${path} holds no reference embeddings`, faults);
}

/** @throws {InvalidInput} for a vector that has no direction */
function unitEmbeddings(
  entries: ReadonlyArray<readonly [string, readonly number[]]>,
): ReadonlyMap<string, UnitValues> {
  return new Map(
    entries.map(([name, values]) => {
      try {
        return [name, { values: normalised(values) }];
      } catch (error) {
        throw new InvalidInput('The reference embeddings cannot be used', [`${name}: ${String(error)}`]);
      }
    }),
  );
}
