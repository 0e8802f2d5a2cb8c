import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MANIFEST_FILE, type Model, readModel } from '../../../../adapters/files/model-folder.ts';
import { loadTokenizer } from '../../../../adapters/onnx/tokenizer.ts';
import { compileModel } from '../../../../checkpoints/compile/compile.ts';
import { modelSource } from '../../../../checkpoints/compile/model-source.ts';
import { InvalidInput } from '../../../../core/errors.ts';
import { modelFolder } from '../../../../tagger/model-places.ts';
import { CHECKPOINTS_FOLDER } from '../../../places.ts';

/** A model that another one is compared with. */
export interface Counterpart {
  readonly model: Model;
  /** Where it comes from, as a sentence says it. */
  readonly origin: string;
  /** Removes what was made for the comparison only. */
  remove(): Promise<void>;
}

/**
 * The float32 counterpart of a model: the model or checkpoint that the user names; else the checkpoint that the model was
 * compiled from, where `models pull` left it. A checkpoint is compiled into a temporary folder.
 *
 * @returns undefined when none is named and none is there
 * @throws {CliptagError} `no-model`, `no-checkpoint` and whatever compiling throws
 */
export async function openCounterpart(
  model: Model,
  against: string | undefined,
  checkpoints = CHECKPOINTS_FOLDER,
): Promise<Counterpart | undefined> {
  const named = against === undefined ? undefined : modelFolder(against);
  if (named !== undefined && !(await isCheckpoint(named))) {
    return { model: await readModel(named), origin: named, remove: async () => {} };
  }
  const checkpoint = named ?? (await checkpointOf(model, checkpoints));
  return checkpoint === undefined ? undefined : compiledCounterpart(model, checkpoint);
}

async function compiledCounterpart(model: Model, checkpoint: string): Promise<Counterpart> {
  const temporary = await mkdtemp(join(tmpdir(), 'cliptag-verify-'));
  const remove = () => rm(temporary, { recursive: true, force: true });
  const hasTokenizer = await isThere(join(checkpoint, 'tokenizer.json'));
  try {
    const compiled = await compileModel(checkpoint, {
      out: join(temporary, 'float32'),
      precision: 'fp32',
      samples: [],
      ...(!hasTokenizer && { tokenizer: join(model.folder, model.manifest.files.tokenizer.path) }),
    });
    return { model: compiled, origin: `${checkpoint}, compiled with float32`, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The pulled checkpoint that has the model's source and revision. */
async function checkpointOf({ manifest }: Model, checkpoints: string): Promise<string | undefined> {
  for (const name of (await readdir(checkpoints).catch(() => [])).sort()) {
    const folder = join(checkpoints, name);
    const { source, revision } = await modelSource(folder);
    if (source === manifest.source && revision === manifest.revision) return folder;
  }
  return undefined;
}

async function isCheckpoint(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return (
    !names.includes(MANIFEST_FILE) && names.some((name) => /\.safetensors(\.index\.json)?$|^onnx$/.test(name))
  );
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/**
 * Makes sure that two models take the same pictures and the same tokens and give vectors of the same size.
 *
 * @param texts whose tokens are compared where the tokenizers' files differ
 * @throws {InvalidInput} with everything in which they differ
 */
export async function requireComparable(
  model: Model,
  counterpart: Model,
  texts: readonly string[],
): Promise<void> {
  const expected = decidingValues(model);
  const received = decidingValues(counterpart);
  const faults = Object.entries(expected)
    .filter(([what, value]) => received[what] !== value)
    .map(([what, value]) => `${what}: Expected ${value} but received ${received[what]}`);
  const differing = faults.length > 0 ? undefined : await differingTokens(model, counterpart, texts);
  if (differing !== undefined) faults.push(differing);
  if (faults.length === 0) return;
  const place = resolve(counterpart.folder);
  throw new InvalidInput(`${model.folder} cannot be compared with ${place}`, faults);
}

function decidingValues({ manifest }: Model): Readonly<Record<string, string | number>> {
  const { embeddingSize, image, text, scoring } = manifest;
  return {
    embeddingSize,
    'image.size': image.size,
    'image.resize': image.resize,
    'text.contextLength': text.contextLength,
    'text.endToken': text.endToken,
    scoring,
  };
}

async function differingTokens(a: Model, b: Model, texts: readonly string[]): Promise<string | undefined> {
  if (a.manifest.files.tokenizer.sha256 === b.manifest.files.tokenizer.sha256) return undefined;
  const { contextLength } = a.manifest.text;
  const [expected, received] = await Promise.all([
    loadTokenizer(a.folder, { contextLength }),
    loadTokenizer(b.folder, { contextLength }),
  ]);
  const text = texts.find((candidate) => expected(candidate).join() !== received(candidate).join());
  if (text === undefined) return undefined;
  return `tokenizer: Expected the tokens ${expected(text)} of "${text}" but received ${received(text)}`;
}
