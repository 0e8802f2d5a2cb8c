import { z } from 'zod';
import { excerpt, InvalidInput } from '../../../core/errors.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { checkCount, checkNotEmpty } from '../../../terminal/flag-checks.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { noImagesIn } from '../../images/image-paths.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import type { EvaluationRun } from './evaluation-run.ts';

const flags = {
  labels: {
    ...LABELS_FLAG,
    about: "Label sets to measure. Default: the pictures' own labels, with the default prompt.",
  },
  model: MODEL_FLAG,
  html: {
    type: 'string',
    value: 'FILE',
    about: 'Write a page with charts and the pictures that went wrong, too.',
    check: checkNotEmpty,
  },
  limit: {
    type: 'string',
    value: 'N',
    about: 'Only N pictures, taken evenly from all. Default: all.',
    check: checkCount,
  },
  split: {
    type: 'string',
    value: 'NAME',
    about: 'Which pictures of a packed photo set. Default: test.',
    check: checkNotEmpty,
  },
  'held-out': {
    type: 'string',
    value: 'FILE',
    about:
      'JSON list of labels that the model never learned: also measured among themselves, on every split.',
    check: checkNotEmpty,
  },
  json: { ...JSON_FLAG, about: 'Print one JSON object.' },
} as const;
type Flags = FlagValues<typeof flags>;

export const evaluate = command({
  usage: `evaluate FOLDER|MANIFEST [--labels FILE|FOLDER]… [--model NAME|FOLDER] [--html FILE] [--json]
       [--limit N] [--split NAME] [--held-out FILE]`,
  about: `Measures how often a model is right about pictures whose labels are known, and how far its scores can be trusted.

FOLDER holds a folder for each label: FOLDER/LABEL/photo.jpg, at any depth below. A label that is written with _ or -
is also found with spaces. MANIFEST is either JSON lines of {"path": "a/1.jpg", "labels": ["husky", "snow"]}, with paths
relative to it ("pathBytes" as \`cliptag tag --json\` prints it goes before "path"), or that of a packed photo set: lines of [file, offset, length, label, split], labels.json beside it.
A picture is counted under its first label; its further labels and, with --labels, their parents and the narrower
labels of the first are right answers as well. Broken pictures, and labels that the label set does not know, are
named and left out.

Top-1 and top-5: share of pictures with a right answer as best label, or among the best five.
Recall: share of a label's pictures whose best label is right. Precision: how often a label is right when it is best.
ECE: expected calibration error, the mean distance between scores and the share that is right (15 bins; Guo et al. 2017).

--json: {"source","model","modelDigest","pictures","millisecondsPerPicture","broken":[{"path","reason"}],"remarks":[…],
"results":[{"candidates":"own"|"held-out"|"label-set","labelSet"?,"mode","labels","pictures","top1","top5",
"unknown":[{"label","pictures"}],"calibration":{"expectedError","bins":[{"from","to","count","meanScore","right"}]},
"perLabel":[{"label","pictures","recall","predicted","precision"}],"confusions":[{"label","predicted","pictures"}],
"tags"?:{"minimumScore","tagsRight","picturesTagged","picturesRight","tagsPerPicture","calibration","byMinimumScore"}}]}
Exit code: 0; 1 when not one picture could be measured; 2 when it was asked for wrongly.`,
  example: 'evaluate my-photos/ --html report.html',
  operands: 'files',
  flags,
  check: ({ flags, operands }) => [
    ...(operands.length === 1 && operands[0] !== '' ? [] : ['expected one FOLDER or MANIFEST']),
    ...(flags.labels && flags['held-out']
      ? ["--held-out is about the pictures' own labels: it does not go with --labels"]
      : []),
  ],
  run: async ({ flags, operands: [source = ''] }, output) => {
    // Loaded only now, so that help and faults of the command line do not wait for them.
    const { checkWritable } = await import('../../pages/page-file.ts');
    const { evaluate: run } = await import('./evaluation-run.ts');
    if (flags.html) await checkWritable(flags.html);
    const heldOut = flags['held-out'] === undefined ? [] : await labelsIn(flags['held-out']);
    const { labels, model, split } = flags;
    const limit = flags.limit === undefined ? undefined : Number(flags.limit);
    const options = { source, labels, model, split, limit, heldOut, warn: output.remark };
    return run(options, (outcome) => report(outcome, flags, output));
  },
});

async function report(run: EvaluationRun, { json, html }: Flags, output: Output): Promise<number> {
  const { evaluation } = run;
  const measured = evaluation.results.some(({ pictures }) => pictures > 0);
  if (evaluation.pictures + evaluation.broken.length === 0 && evaluation.results.length === 0) {
    output.fault(`cliptag evaluate: ${noImagesIn([evaluation.source])}`);
    return EXIT.failed;
  }
  if (json) await output.line(JSON.stringify(evaluation));
  else {
    const { evaluationText } = await import('./evaluation-text.ts');
    for (const line of evaluationText(evaluation)) await output.line(line);
  }
  if (html) {
    const { evaluationPage } = await import('./evaluation-page.ts');
    const { errorPictures } = await import('./error-pictures.ts');
    const { writePage } = await import('../../pages/page-file.ts');
    await writePage(html, await evaluationPage(evaluation, await errorPictures(run.judged), new Date()));
    output.remark(`cliptag evaluate: the page is ${html}`);
  }
  if (!measured) output.fault('cliptag evaluate: not one picture could be measured');
  return measured ? EXIT.done : EXIT.failed;
}

async function labelsIn(path: string): Promise<readonly string[]> {
  const { readUtf8 } = await import('../../../adapters/files/utf8-text.ts');
  const text = await readUtf8(
    path,
    ({ code, message }) => new UsageError([`--held-out: cannot read ${path} (${code ?? message})`]),
  );
  try {
    return z.array(z.string()).min(1).parse(JSON.parse(text));
  } catch {
    throw new InvalidInput(`${path} cannot be used`, [
      `Expected a JSON list of labels but received ${excerpt(text)}`,
    ]);
  }
}
