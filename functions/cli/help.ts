import { columns } from './columns.ts';
import type { Flag, FlagSet } from './flags.ts';

/** The help of one command. */
export function helpOf({ usage, about, flags }: { usage: string; about: string; flags: FlagSet }): string {
  const rows = Object.entries(flags).map(([name, flag]) => [`  ${flagUsage(name, flag)}`, flag.about]);
  return [`Usage: cliptag ${usage}`, '', about, '', 'Flags:', ...columns(rows)].join('\n');
}

function flagUsage(name: string, { short, value, multiple }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `${names}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}

/** What `cliptag` alone prints. */
export const GENERAL_HELP = `Usage: cliptag COMMAND [ARGUMENTS] [FLAGS]

Tags images with CLIP. \`cliptag COMMAND --help\` tells more.

With no server:
  tag PATH…        Tag image files and folders of them.
  embed PATH…      Print the embeddings of images and texts.
  tokenize TEXT…   Print the token ids of texts.
  models list      The models at hand.
  labels list      The label sets at hand.

Of the local pipeline (npm start), or of a deployed table with --table:
  query --label L  Find images by their labels.
  show KEY         What is known of one image.
  status           How many images there are, and how many wait.

Flags:
  -h, --help       Print this help.
  --version        Print the version.

Exit code: 0 done; 1 it did not work (tag: not one image was tagged; embed: an image was broken; show: no such
image); 2 it was asked for wrongly: flags, paths, models, label sets, or no pipeline there; 130 stopped by Ctrl-C.`;
