import { packageVersion } from '../adapters/files/package-folder.ts';
import type { Command } from '../terminal/command.ts';
import { EXIT, UsageError } from '../terminal/exit-code.ts';
import type { Output } from '../terminal/output.ts';
import { runProgram } from '../terminal/program.ts';

/** Each is loaded when it is run: `tokenize` does not wait for the image decoder. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['tag', async () => (await import('./commands/tag/tag.ts')).tag],
  ['embed', async () => (await import('./commands/embed/embed.ts')).embed],
  ['evaluate', async () => (await import('./commands/evaluate/evaluate.ts')).evaluate],
  ['tokenize', async () => (await import('./commands/tokenize/tokenize.ts')).tokenize],
  ['search', async () => (await import('./commands/search/search.ts')).search],
  ['duplicates', async () => (await import('./commands/duplicates/duplicates.ts')).duplicates],
  ['similar', async () => (await import('./commands/similar/similar.ts')).similar],
  ['page', async () => (await import('./commands/page/page.ts')).page],
  ['query', async () => (await import('./commands/query/query.ts')).query],
  ['show', async () => (await import('./commands/show/show.ts')).show],
  ['why', async () => (await import('./commands/why/why.ts')).why],
  ['correct', async () => (await import('./commands/correct/correct.ts')).correct],
  ['status', async () => (await import('./commands/status/status.ts')).status],
  ['redrive', async () => (await import('./commands/redrive/redrive.ts')).redrive],
  ['retag', async () => (await import('./commands/retag/retag.ts')).retag],
  ['backfill', async () => (await import('./commands/backfill/backfill.ts')).backfill],
  ['cost', async () => (await import('./commands/cost/cost.ts')).cost],
  ['outdated', async () => (await import('./commands/outdated/outdated.ts')).outdated],
  ['models', async () => (await import('./commands/models/models.ts')).models],
  ['labels', async () => (await import('./commands/labels/labels.ts')).labels],
]);

/** Commands of the program that are not the command line's own; functions/cliptag.ts runs them. */
const OTHER_COMMANDS = ['start'];

/** What `cliptag --help` prints. */
const GENERAL_HELP = `Usage: cliptag COMMAND [ARGUMENTS] [FLAGS]

Tags images with CLIP. \`cliptag COMMAND --help\` explains a command and its flags.

With no server:
  tag PATH…        Tag image files and folders of them.
  embed PATH…      Print the embeddings of images and texts.
  evaluate FOLDER  Measure a model on pictures whose labels are known.
  tokenize TEXT…   Print the token ids of texts.
  cost --images N  What tagging costs, beside Amazon Rekognition and Google Cloud Vision.
  outdated         Whether the base image of the functions is old, here or in a stack.
  models list      The models at hand; pull, compile and verify others.
  labels list      The label sets at hand; new, check and diff help to write your own; counts: images of each label;
                   learn: a label from pictures that have it.

On this machine:
  start            Run the whole pipeline here: upload pictures to a local S3 endpoint, query DynamoDB.

With that local pipeline, or with a deployed one by --stack NAME:
  search QUERY     Find images by labels, words, place, time and more; as a contact sheet too.
  similar IMAGE    Find images that show the like of one, or of a picture file.
  duplicates       Find copies of the same photograph, or shots of the same scene; plan what may go.
  page             Open the page in a browser; of a stack, serve it here.
  query --label L  Find images by their labels, asking the table alone.
  show KEY         What is known of one image.
  why KEY [LABEL]  Why an image carries its labels, or not this one; of a file with no server.
  correct KEY      Say which labels an image has or has not; this wins over the model.
  labels calibrate Make a label set's scores probabilities, by the pictures that are there.
  status           How many images there are, and how many wait.
  redrive          Have messages that failed every time worked on once more.
  backfill s3://…  Tag what is in a bucket already.
  retag            Tag all images anew after a change of label sets, from their stored embeddings.

Example: cliptag tag ~/Pictures

Flags:
  -h, --help       Print this help.
  --version        Print the version.

Exit code: 0 done; 1 it did not work (tag: not one image was tagged; embed: an image was broken; retag: images were
left alone; show, why, correct and similar: no such image); 2 it was asked for wrongly (flags, paths, models, label sets, queries, or no pipeline there);
130 stopped by Ctrl-C.`;

/**
 * The command line.
 *
 * @param args what follows the program's name
 * @returns the exit code; see {@link GENERAL_HELP}
 */
export function main(args: readonly string[]): Promise<number> {
  const [name = ''] = args;
  const program = COMMANDS.has(name) ? `cliptag ${name}` : 'cliptag';
  return runProgram(program, (output) => dispatch(args, output));
}

async function dispatch([name, ...args]: readonly string[], output: Output): Promise<number> {
  const load = name === undefined ? undefined : COMMANDS.get(name);
  if (load) return (await load())(args, output);
  if (name === '--version') await output.line(packageVersion());
  else if (name === '--help' || name === '-h' || name === 'help') await output.line(GENERAL_HELP);
  else
    throw new UsageError([
      `${wrongName(name)} (commands: ${[...COMMANDS.keys(), ...OTHER_COMMANDS].join(', ')})`,
    ]);
  return EXIT.done;
}

function wrongName(name: string | undefined): string {
  if (name === undefined) return 'expected a command';
  return name.startsWith('-') ? `unknown flag ${name}` : `unknown command "${name}"`;
}
