import type { Command, CommandTable } from '../terminal/command.ts';

/** Commands that stand together in the help. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: CommandTable;
}

/** Loads a command that is not the command line's own. */
export type LoadStart = () => Promise<Command>;

/**
 * Every command of the program, from which help, documents and the completion of shells are made.
 *
 * @param start the one that the local pipeline has, which the command line does not know
 */
export function commandGroups(start: LoadStart): readonly CommandGroup[] {
  return [
    { title: 'With no server', commands: WITHOUT_SERVER },
    {
      title: 'On this machine',
      commands: new Map([
        [
          'start',
          {
            about: 'Run the whole pipeline here: S3, queue, table, page.',
            load: start,
          },
        ],
      ]),
    },
    {
      title: 'With that local pipeline, or with a deployed one by --stack NAME',
      commands: WITH_PIPELINE,
    },
    {
      title: 'Of this program',
      commands: new Map([
        [
          'completion',
          {
            operands: 'SHELL',
            about: 'Print a script that completes commands in bash, zsh, fish.',
            load: async () => {
              const { completionOf } = await import('./commands/completion/completion.ts');
              return completionOf(() => commandTable(commandGroups(start)));
            },
          },
        ],
      ]),
    },
  ];
}

/** The commands of all groups. */
export function commandTable(groups: readonly CommandGroup[]): CommandTable {
  return new Map(groups.flatMap(({ commands }) => [...commands]));
}

const WITHOUT_SERVER: CommandTable = new Map([
  [
    'tag',
    {
      operands: 'PATH…',
      about: 'Tag image files and folders of them.',
      load: async () => (await import('./commands/tag/tag.ts')).tag,
    },
  ],
  [
    'embed',
    {
      operands: 'PATH…',
      about: 'Print the embeddings of images and texts.',
      load: async () => (await import('./commands/embed/embed.ts')).embed,
    },
  ],
  [
    'labels',
    {
      operands: 'list|…',
      about: 'Label sets: list, new, check, diff, learn, counts and more.',
      load: async () => (await import('./commands/labels/labels.ts')).labels,
    },
  ],
  [
    'models',
    {
      operands: 'list|…',
      about: 'Models: list, pull, compile, background, verify.',
      load: async () => (await import('./commands/models/models.ts')).models,
    },
  ],
  [
    'evaluate',
    {
      operands: 'FOLDER',
      about: 'Measure a model on pictures whose labels are known.',
      load: async () => (await import('./commands/evaluate/evaluate.ts')).evaluate,
    },
  ],
  [
    'tokenize',
    {
      operands: 'TEXT…',
      about: 'Print the token ids of texts.',
      load: async () => (await import('./commands/tokenize/tokenize.ts')).tokenize,
    },
  ],
  [
    'cost',
    {
      operands: '--images N',
      about: "What tagging costs, beside Rekognition and Google's Vision.",
      load: async () => (await import('./commands/cost/cost.ts')).cost,
    },
  ],
  [
    'outdated',
    {
      about: 'Whether the base image of the functions is old.',
      load: async () => (await import('./commands/outdated/outdated.ts')).outdated,
    },
  ],
]);

const WITH_PIPELINE: CommandTable = new Map([
  [
    'search',
    {
      operands: 'QUERY',
      about: 'Find images by labels, words, place, time and more.',
      load: async () => (await import('./commands/search/search.ts')).search,
    },
  ],
  [
    'similar',
    {
      operands: 'IMAGE',
      about: 'Find images that show the like of one, or of a file.',
      load: async () => (await import('./commands/similar/similar.ts')).similar,
    },
  ],
  [
    'duplicates',
    {
      about: 'Find copies of a photograph; plan what may go.',
      load: async () => (await import('./commands/duplicates/duplicates.ts')).duplicates,
    },
  ],
  [
    'query',
    {
      operands: '--label L',
      about: 'Find images by their labels, asking the table alone.',
      load: async () => (await import('./commands/query/query.ts')).query,
    },
  ],
  [
    'export',
    {
      operands: '[QUERY]',
      about: 'Write tags as CSV, JSON, Parquet or XMP sidecars.',
      load: async () => (await import('./commands/export/export.ts')).exportCommand,
    },
  ],
  [
    'show',
    {
      operands: 'KEY',
      about: 'What is known of one image.',
      load: async () => (await import('./commands/show/show.ts')).show,
    },
  ],
  [
    'why',
    {
      operands: 'KEY [LABEL]',
      about: 'Why an image carries its labels, or not this one.',
      load: async () => (await import('./commands/why/why.ts')).why,
    },
  ],
  [
    'correct',
    {
      operands: 'KEY',
      about: 'Say which labels an image has; this beats the model.',
      load: async () => (await import('./commands/correct/correct.ts')).correct,
    },
  ],
  [
    'status',
    {
      about: 'How many images there are, and how many wait.',
      load: async () => (await import('./commands/status/status.ts')).status,
    },
  ],
  [
    'retag',
    {
      about: 'Tag anew from stored embeddings, by other labels.',
      load: async () => (await import('./commands/retag/retag.ts')).retag,
    },
  ],
  [
    'backfill',
    {
      operands: 's3://…',
      about: 'Tag what is in a bucket already.',
      load: async () => (await import('./commands/backfill/backfill.ts')).backfill,
    },
  ],
  [
    'redrive',
    {
      about: 'Have messages that always failed worked on again.',
      load: async () => (await import('./commands/redrive/redrive.ts')).redrive,
    },
  ],
  [
    'page',
    {
      about: 'Open the page in a browser; of a stack, serve it here.',
      load: async () => (await import('./commands/page/page.ts')).page,
    },
  ],
]);
