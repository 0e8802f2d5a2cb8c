import { commandOf, type Subcommands } from '../../../terminal/subcommands.ts';

const SUBCOMMANDS: Subcommands = new Map([
  ['new', async () => (await import('./labels-new.ts')).labelsNew],
  ['check', async () => (await import('./labels-check.ts')).labelsCheck],
  ['diff', async () => (await import('./labels-diff.ts')).labelsDiff],
  ['list', async () => (await import('./labels-list.ts')).labelsList],
  ['learn', async () => (await import('./labels-learn.ts')).labelsLearn],
  ['unlearn', async () => (await import('./labels-unlearn.ts')).labelsUnlearn],
  ['counts', async () => (await import('./labels-counts.ts')).labelsCounts],
  ['calibrate', async () => (await import('./labels-calibrate.ts')).labelsCalibrate],
]);

const HELP = `Usage: cliptag labels SUBCOMMAND [ARGUMENTS] [FLAGS]

\`cliptag labels SUBCOMMAND --help\` explains it and its flags.

  new NAME                 A file to begin with.
  check FILE…              All that is wrong with files, and what the model makes of their labels.
  diff A B                 What two label sets say of the same images.
  list [--json]            The label sets at hand, each checked.
  learn NAME               Learn a label from pictures that have it, or a whole set from folders.
  unlearn NAME             Go back to a label's words.
  counts [QUERY] [--json]  How many images carry each label.
  calibrate SET|FILE       Make a label set's scores probabilities, by the pictures that are there.`;

export const labels = commandOf(SUBCOMMANDS, HELP);
