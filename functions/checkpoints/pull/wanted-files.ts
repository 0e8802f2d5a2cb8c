import { InvalidInput } from '../../core/errors.ts';

/** The layout of a repository that is pulled. `auto`: safetensors, or ONNX where there are none. */
export type PulledLayout = 'auto' | 'onnx' | 'onnx-quantised';

export interface WantedFiles {
  /** Paths in the repository, small files first: so a lack of access shows before the weights are downloaded. */
  readonly paths: readonly string[];
  /** What the user should know about this choice. */
  readonly remarks: readonly string[];
}

/** The first of these that is there is taken; open_clip's own name comes before those of conversions. */
const WEIGHTS = ['open_clip_model.safetensors', 'model.safetensors', 'open_clip_pytorch_model.safetensors'];
/** The name that the conversion robot made of open_clip's older one, and the name that open_clip itself gives. */
const RENAMED: Readonly<Record<string, string>> = {
  'open_clip_pytorch_model.safetensors': 'open_clip_model.safetensors',
};
const SHARD_INDEX = 'model.safetensors.index.json';
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
/** Files that are taken where they exist. */
const COMPANIONS = [
  'README.md',
  'LICENSE',
  'open_clip_config.json',
  'config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
];

/**
 * Chooses among a repository's files: the weights once, configuration, tokenizer and licence. Never pickles, never
 * the weights of other frameworks.
 *
 * @throws {InvalidInput} when there are no weights that this project reads, saying what there is instead
 */
export function wantedFiles(repo: string, listed: readonly string[], layout: PulledLayout): WantedFiles {
  const present = new Set(listed);
  const weights = layout === 'auto' ? (safetensors(listed) ?? onnx(present, '')) : onnxOf(present, layout);
  if (weights === undefined) throw noWeights(repo, listed, layout);
  const remarks = present.has('tokenizer.json') ? [] : [noTokenizer(repo)];
  return { paths: [...COMPANIONS.filter((path) => present.has(path)), ...weights], remarks };
}

/** Where a repository's file goes in the checkpoint's folder: the same place, but for names of conversions. */
export function localPath(path: string): string {
  return RENAMED[path] ?? path;
}

function safetensors(listed: readonly string[]): readonly string[] | undefined {
  const whole = WEIGHTS.find((path) => listed.includes(path));
  if (whole !== undefined) return [whole];
  const shards = listed.filter((path) => SHARD.test(path)).sort();
  return listed.includes(SHARD_INDEX) && shards.length > 0 ? [SHARD_INDEX, ...shards] : undefined;
}

function onnxOf(present: ReadonlySet<string>, layout: PulledLayout): readonly string[] | undefined {
  return onnx(present, layout === 'onnx-quantised' ? '_quantized' : '');
}

/** Both encoders as transformers.js lays them out, with their weights where those lie beside the graph. */
function onnx(present: ReadonlySet<string>, suffix: string): readonly string[] | undefined {
  const graphs = [`onnx/text_model${suffix}.onnx`, `onnx/vision_model${suffix}.onnx`];
  if (!graphs.every((path) => present.has(path))) return undefined;
  return graphs.flatMap((path) => [path, `${path}_data`]).filter((path) => present.has(path));
}

function noWeights(repo: string, listed: readonly string[], layout: PulledLayout): InvalidInput {
  const expected = layout === 'auto' ? WEIGHTS.join(' or ') : `${onnxNames(layout)} (--onnx)`;
  const others = listed.filter((path) => /\.(bin|pt|pth|msgpack|h5|safetensors|onnx)$/.test(path));
  const received = others.length === 0 ? `${listed.length} files without weights` : others.join(', ');
  const reason = others.some((path) => /\.(bin|pt|pth)$/.test(path))
    ? ': pickles (.bin, .pt) are programs and are not read here; take a revision with safetensors (the hub often has one as a pull request: @refs/pr/N), or a repository with ONNX files'
    : '';
  return new InvalidInput(`${repo} cannot be used`, [
    `Expected ${expected} but received ${received}${reason}`,
  ]);
}

function onnxNames(layout: PulledLayout): string {
  const suffix = layout === 'onnx-quantised' ? '_quantized' : '';
  return `onnx/text_model${suffix}.onnx and onnx/vision_model${suffix}.onnx`;
}

function noTokenizer(repo: string): string {
  return `${repo} holds no tokenizer.json: put one of the same vocabulary into the folder before it is compiled (that of openai/clip-vit-base-patch32 fits CLIP models with 49,408 tokens)`;
}
