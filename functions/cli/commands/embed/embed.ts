import { type FilePath, pathFields } from '../../../adapters/files/file-path.ts';
import type { Embedding } from '../../../core/labels/embedding.ts';
import { printable, printablePath } from '../../../core/printable.ts';
import type { ModelIdentity, ModelParts } from '../../../tagger/model-parts.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { startSummary } from '../../../terminal/summary.ts';
import { givenImages, givenImagesFaults, NULL_FLAG } from '../../images/given-images.ts';
import { type ImagePath, noImagesIn } from '../../images/image-paths.ts';
import { imageResults } from '../../images/image-results.ts';
import { leftOutRemarks } from '../../images/left-out.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

/** Digits that a float32 needs to be read back unchanged. */
const FLOAT32_DIGITS = 9;
/** Numbers of an embedding that the terminal shows. */
const SHOWN_VALUES = 4;

const flags = {
  text: { type: 'string', multiple: true, value: 'STRING', about: 'A text to embed.' },
  model: MODEL_FLAG,
  ...NULL_FLAG,
  json: JSON_FLAG,
} as const;

export const embed = command({
  usage: 'embed PATH… [--text STRING]… [--model NAME|FOLDER] [--json]',
  about: `Prints the embeddings of images, then of texts, each in the order given; their length is 1. Only embeddings
with the same model may be compared. PATHs are taken as by \`cliptag tag\`, - as standard input, too.
--json: {"path"|"text","model","modelDigest","embedding":[…]}, with "pathBytes" as \`cliptag tag\` has it, or {"path","model","modelDigest","status","reason"} for a broken image.
Exit code: 0; 1 when an image was broken, or there was nothing to embed; 2 when it was asked for wrongly.`,
  example: "embed photo.jpg --text 'a photo of a dog' --json",
  flags,
  operands: 'files',
  check: ({ flags: { text = [], null: isNull }, operands }) => [
    ...(operands.length + text.length === 0 ? ['expected a PATH or a --text'] : []),
    ...givenImagesFaults(operands, isNull),
  ],
  run: async ({ flags: { text: texts = [], model, json = false, null: isNull }, operands }, output) => {
    const summary = startSummary();
    const { paths, leftOut } = await givenImages(operands, isNull);
    const sayLeftOut = () => {
      for (const remark of leftOutRemarks(leftOut)) output.remark(`cliptag embed: ${remark}`);
    };
    if (paths.length + texts.length === 0) {
      output.fault(`cliptag embed: ${noImagesIn(operands)}`);
      sayLeftOut();
      return EXIT.failed;
    }
    const { openModel } = await import('../../../tagger/model-parts.ts');
    return withProgress(paths.length + texts.length, async (progress) => {
      let broken = 0;
      for await (const answer of answers(paths, texts, await openModel(model))) {
        if ('reason' in answer) broken += 1;
        await output.line(json ? jsonLine(answer) : humanLine(answer));
        progress.advance();
      }
      sayLeftOut();
      if (!json && paths.length > 1) {
        const embedded = [paths.length - broken, 'embedded'] as const;
        const counts = [
          [paths.length, 'picture'],
          embedded,
          ...(broken > 0 ? [[broken, 'broken'] as const] : []),
        ] as const;
        output.remark(`cliptag embed: ${summary.text(counts)}`);
      }
      return broken > 0 ? EXIT.failed : EXIT.done;
    });
  },
});

type Answer = ModelIdentity & { readonly path?: FilePath; readonly text?: string } & (
    | { readonly embedding: Embedding }
    | { readonly status: string; readonly reason: string }
  );

async function* answers(
  paths: readonly ImagePath[],
  texts: readonly string[],
  { identity, imageReader, textEncoder }: ModelParts,
): AsyncGenerator<Answer> {
  if (paths.length > 0) {
    const { decoder, encoder } = await imageReader();
    const embedding = async (bytes: Uint8Array) => encoder.encode(decoder.decode(bytes, encoder.pixelSpec));
    for await (const result of imageResults(paths, embedding)) {
      const { path } = result;
      yield 'fault' in result
        ? { path, ...identity, ...result.fault }
        : { path, ...identity, embedding: result.value };
    }
  }
  const embeddings = await textEncoder.encode(texts);
  for (const [i, embedding] of embeddings.entries()) yield { text: texts[i] ?? '', ...identity, embedding };
}

function jsonLine({ path, ...answer }: Answer): string {
  const named = { ...(path !== undefined && pathFields(path)), ...answer };
  if ('reason' in answer) return JSON.stringify(named);
  return JSON.stringify({ ...named, embedding: shortest(answer.embedding.values) });
}

function humanLine(answer: Answer): string {
  const name =
    answer.path === undefined ? printable(JSON.stringify(answer.text)) : printablePath(answer.path);
  if ('reason' in answer) return `${name}: ${answer.status}: ${printable(answer.reason)}`;
  const { values } = answer.embedding;
  const first = Array.from(values.subarray(0, SHOWN_VALUES), (value) => value.toFixed(4));
  return `${name}: [${first.join(', ')}, …] (${values.length} numbers; all with --json)`;
}

/** The same float32 values with half the digits. */
function shortest(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(FLOAT32_DIGITS)));
}
