import { command } from '../../../terminal/command.ts';
import { type Input, receivedText } from '../../../terminal/flags.ts';
import { tableFlagFaults } from '../../pipeline/table-flags.ts';
import { LEARN_FLAGS, type LearnFlags } from './learn/learn-flags.ts';

export const labelsLearn = command({
  usage: `labels learn NAME --positive SRC… [--negative SRC…] [--set FILE|SETNAME] [--dry-run] [--json] [--html FILE]
       cliptag labels learn --all FOLDER --set FILE|SETNAME …
       cliptag labels learn [NAME] --from-corrections --set FILE|SETNAME …
       cliptag labels learn NAME --positive SRC… --stack NAME [--region REGION] …`,
  about: `Learns a label from pictures that have it, and maybe some that have not: three are a beginning, and more are better. Nothing
is trained on pixels; it works on stored embeddings. The label is written into the label set, if it is not there, and
what was learned beside it (my-labels.fits.json); then retag tags all images by it.

A SRC is a picture file, a folder of pictures, the KEY of a stored image, s3://BUCKET/KEY, s3://BUCKET/PREFIX/, a query of
\`search\` (one that begins with a field, such as 'label:dog prefix:2024/', or stands after query:), or \`corrections\`: what
people have corrected of this label. A picture that is given twice counts once.

It says how far above other pictures an example stands that was left out, by the words alone and as learned, and which pictures
it now finds first that are no examples. Where it is no better than the words alone, nothing is written without --force. Learning
again adds to the examples of before, unless --replace is given.
--json: for each label {"set","path","model","modelDigest","label","positive","negative","earlier","quality":{"words",
"learned","folds","verdict"},"finds":[{"name","score","isTag","placeByWords"}],"isTaken","version"?}.
Exit code: 0; 1 when no label is better than its words; 2 when it was asked for wrongly.`,
  example: "labels learn pip --positive ~/Pictures/pip --negative 'label:cat' --set my-labels.yaml",
  flags: LEARN_FLAGS,
  check: learnFaults,
  run: async (input, output) => {
    if (input.flags.remove) {
      const { runUnlearning } = await import('./learn/unlearning.ts');
      return runUnlearning(input.operands[0] ?? '', input.flags, output);
    }
    const { runLearning } = await import('./learn/learning-command.ts');
    return runLearning(input, output);
  },
});

function learnFaults({ flags: given, operands }: Input<typeof LEARN_FLAGS>): readonly string[] {
  const { positive, negative, all, remove, set } = given;
  const corrections = given['from-corrections'];
  const sources = [
    ...(positive ? ['--positive'] : []),
    ...(negative ? ['--negative'] : []),
    ...(corrections ? ['--from-corrections'] : []),
  ];
  return [
    ...operandFaults(given, operands),
    ...(all && sources.length > 0
      ? [`--all takes its examples from folders: expected no ${sources.join(', ')}`]
      : []),
    ...(remove && (all || sources.length > 0) ? ['--remove takes a NAME and no examples'] : []),
    ...(!all && !remove && sources.length === 0
      ? ['expected at least one --positive, --negative or --from-corrections']
      : []),
    ...((all || (corrections && operands.length === 0)) && set === undefined
      ? ['expected --set FILE|SETNAME']
      : []),
    ...tableFlagFaults(given),
  ];
}

function operandFaults(
  { all, 'from-corrections': corrections }: LearnFlags,
  operands: readonly string[],
): readonly string[] {
  if (all) return operands.length > 0 ? [] : ['expected a FOLDER'];
  const isWhole = corrections && operands.length === 0;
  const [name = ''] = operands;
  return isWhole || (operands.length === 1 && name.trim() !== '')
    ? []
    : [`expected one NAME of a label but received ${receivedText(operands)}`];
}
