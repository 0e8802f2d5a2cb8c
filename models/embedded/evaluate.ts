import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readLabelSets } from '../../functions/adapters/label-set-files.ts';
import type { Accuracy, TagQuality } from '../../functions/core/evaluation.ts';
import { type Evaluation, evaluate } from './evaluation.ts';

const USAGE = `Usage: npm run evaluate -- MANIFEST [--split test] [--limit N] [--held-out FILE] [--labels FILE]
                           [--model DIR] [--json]

Measures a model on a packed photo set, through the code that tags images.

  MANIFEST         manifest.jsonl of the photo set; its labels.json and files lie beside it
  --split NAME     which pictures. Default: test
  --limit N        only the first N of them. Default: all
  --held-out FILE  JSON list of labels that the model was not trained on; they are also measured among themselves
  --labels FILE    label set: also shows how many of its tags are right, by its minimum score
  --model DIR      model folder. Default: models/embedded
  --json           print one JSON object instead of a table`;

function table({ model, split, labels, all, heldOut, tags, millisecondsPerPicture }: Evaluation): string {
  const row = (name: string, { pictures, top1, top5 }: Accuracy) =>
    `${name.padEnd(34)}${String(pictures).padStart(9)}${percent(top1)}${percent(top5)}`;
  return [
    `${model.name} ${model.digest}, split ${split}, ${millisecondsPerPicture.toFixed(1)} ms per picture`,
    `${'candidates'.padEnd(34)}${'pictures'.padStart(9)}${'top-1'.padStart(9)}${'top-5'.padStart(9)}`,
    row(`${labels} labels`, all),
    ...(heldOut ? [row(`${heldOut.labels} labels never trained on`, heldOut)] : []),
    ...(tags ? ['', ...tagTable(tags.labelSet, tags.quality)] : []),
  ].join('\n');
}

function tagTable(labelSet: string, quality: readonly TagQuality[]): readonly string[] {
  const heads = ['tags right', 'tagged', 'with a right tag', 'tags a picture'];
  return [
    `${`${labelSet}, minimum score`.padEnd(34)}${heads.map((head) => head.padStart(18)).join('')}`,
    ...quality.map(({ minimumScore, tagsRight, picturesTagged, picturesRight, tagsPerPicture }) =>
      [
        minimumScore.toFixed(2).padEnd(34),
        ...[tagsRight, picturesTagged, picturesRight].map((share) => percent(share).padStart(18)),
        tagsPerPicture.toFixed(2).padStart(18),
      ].join(''),
    ),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`.padStart(9);
}

/** A line that rewrites itself on a terminal; elsewhere a line now and then. */
function reportProgress(done: number, total: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${done} of ${total} pictures${done === total ? '\n' : ''}`);
  else if (done === total || done % 2048 === 0) console.error(`${done} of ${total} pictures`);
}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      split: { type: 'string', default: 'test' },
      limit: { type: 'string' },
      'held-out': { type: 'string' },
      labels: { type: 'string' },
      model: { type: 'string', default: new URL('.', import.meta.url).pathname },
      json: { type: 'boolean', default: false },
    },
  });
  const [manifestPath] = positionals;
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
  if (manifestPath === undefined || positionals.length > 1 || !(limit >= 1)) throw new TypeError(USAGE);
  const heldOutFile = values['held-out'];
  const heldOut = heldOutFile
    ? z.array(z.string()).parse(JSON.parse(await readFile(heldOutFile, 'utf8')))
    : [];
  const [labelSet] = values.labels === undefined ? [] : await readLabelSets([values.labels]);
  const options = { manifestPath, modelFolder: values.model, split: values.split, limit, heldOut, labelSet };
  const evaluation = await evaluate({ ...options, report: reportProgress });
  console.log(values.json ? JSON.stringify(evaluation) : table(evaluation));
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  // Node's parseArgs and our own check of the arguments throw a TypeError: the user's mistake, not the program's.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
});
