import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkCount, checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

/** As many as the embedded model has: 0.8 MB of 256 dimensions. */
const DEFAULT_PICTURES = 3_000;

export const modelsBackground = command({
  usage: 'models background NAME|FOLDER PICTURES [--split NAME] [--pictures N] [--json]',
  about: `Gives a model a background: embeddings of pictures of many kinds, from which labels have to stand out when they are calibrated.
PICTURES is a folder PICTURES/LABEL/…, or a manifest as \`cliptag evaluate\` takes it: the more labels the better. As many of each are taken
as there are. Tags, and embeddings that are stored, do not depend on it.
--json: {"model","digest","pictures","labels","temperature"?,"bytes","broken":[{"path","reason"}]}
Exit code: 0; 2 when it was asked for wrongly.`,
  example: 'models background vit-b-32-256-datacomp pictures',
  operands: 'models and files',
  flags: {
    split: {
      type: 'string',
      value: 'NAME',
      about: 'Of a packed photo set, the split to take. Default: test.',
      check: checkNotEmpty,
    },
    pictures: {
      type: 'string',
      value: 'N',
      about: `Pictures at most. Default: ${DEFAULT_PICTURES}.`,
      check: checkCount,
    },
    json: { ...JSON_FLAG, about: 'Print one JSON object.' },
  },
  check: ({ operands }) =>
    operands.length === 2
      ? []
      : [
          `expected a NAME or FOLDER of a model and a folder of PICTURES but received ${receivedText(operands)}`,
        ],
  run: async ({ flags, operands: [model = '', source = ''] }, output) => {
    const { makeBackground } = await import('./background-run.ts');
    const made = await makeBackground({
      ...{ model, source, split: flags.split },
      pictures: Number(flags.pictures ?? DEFAULT_PICTURES),
    });
    const { background, labels, broken } = made;
    const facts = {
      model: made.model.manifest.name,
      digest: made.model.digest,
      pictures: background.count,
      labels,
      ...(background.temperature !== undefined && { temperature: background.temperature }),
      bytes: background.count * background.size,
      broken,
    };
    for (const { path, reason } of broken) output.remark(`${path}: ${reason}`);
    await output.line(flags.json ? JSON.stringify(facts) : summary(facts));
    return EXIT.done;
  },
});

function summary({
  model,
  pictures,
  labels,
  bytes,
  temperature,
}: {
  readonly model: string;
  readonly pictures: number;
  readonly labels: number;
  readonly bytes: number;
  readonly temperature?: number | undefined;
}): string {
  const found =
    temperature === undefined ? 'too few to find its temperature' : `temperature ${temperature.toFixed(2)}`;
  return `${model}: ${pictures} pictures of ${labels} labels, ${(bytes / 1e6).toFixed(1)} MB; ${found}`;
}
