import { commandOf, type Subcommands } from '../../../terminal/subcommands.ts';

const SUBCOMMANDS: Subcommands = new Map([
  ['list', async () => (await import('./labels-list.ts')).labelsList],
  ['counts', async () => (await import('./labels-counts.ts')).labelsCounts],
]);

const HELP = `Usage: cliptag labels SUBCOMMAND [ARGUMENTS] [FLAGS]

\`cliptag labels SUBCOMMAND --help\` explains it and its flags.

  list [--json]            The label sets at hand, each checked.
  counts [QUERY] [--json]  How many images carry each label.`;

export const labels = commandOf(SUBCOMMANDS, HELP);
