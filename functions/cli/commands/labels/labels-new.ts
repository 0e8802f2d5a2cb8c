import { writeNewFile } from '../../../adapters/files/new-file.ts';
import { packagePath } from '../../../adapters/files/package-folder.ts';
import { CliptagError } from '../../../core/errors.ts';
import { adHocFaults } from '../../../core/labels/ad-hoc-label-set.ts';
import { LABEL_SET_NAME } from '../../../core/labels/label-set-schema.ts';
import { printablePath } from '../../../core/printable.ts';
import { shellWord } from '../../../core/removal-command.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { schemaLink } from './schema-link.ts';

const flags = {
  exclusive: { type: 'boolean', about: 'One label at most is right. Default: any number may be.' },
  label: {
    type: 'string',
    multiple: true,
    value: 'L',
    about: 'A label to begin with. Default: a few that show what a label may have.',
  },
  output: {
    type: 'string',
    value: 'FILE',
    about: 'Where to write it: .yaml, .yml or .json. Default: NAME.yaml.',
    check: checkNotEmpty,
  },
} as const;

const SCHEMA = ['docs', 'label-set.schema.json'];
const FORM = /\.(?:ya?ml|json)$/i;

export const labelsNew = command({
  usage: 'labels new NAME [--exclusive] [--label L]… [--output FILE]',
  about: `Writes a label set to begin with: a YAML file with a comment on all that may be changed, which editors complete and check.
With --label, it says what \`cliptag tag\` says with the same flags. A file that is there already stays as it is.
Exit code: 0; 1 when the file cannot be written; 2 when it is there already, or it was asked for wrongly.`,
  example: 'labels new pets --label cat --label dog',
  flags,
  check: ({ flags: { label, output }, operands }) => [
    ...nameFaults(operands),
    ...(label ? adHocFaults(label).map((fault) => `--label: ${fault}`) : []),
    ...(output === undefined || FORM.test(output)
      ? []
      : [`--output: expected a file that ends in .yaml, .yml or .json but received "${output}"`]),
  ],
  run: async ({ flags: { exclusive = false, label, output: path }, operands: [name = ''] }, output) => {
    const file = path ?? `${name}.yaml`;
    const shown = wordOf(file);
    const { starterJson, starterYaml } = await import('../../../core/labels/starter-label-set.ts');
    const starter = {
      name,
      isExclusive: exclusive,
      labels: label,
      schema: schemaLink(file, packagePath(...SCHEMA)),
    };
    const text = /\.json$/i.test(file) ? starterJson(starter) : starterYaml({ ...starter, path: shown });
    await writeNew(file, text);
    await output.line(`${shown} is written. Try it: cliptag tag PICTURES --labels ${shown}`);
    return EXIT.done;
  },
});

/** A path as a word of a command, on one line. */
function wordOf(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  const printed = printablePath(path);
  return printed === path ? shellWord(path) : printed;
}

function nameFaults(operands: readonly string[]): readonly string[] {
  const [name, ...others] = operands;
  if (name !== undefined && others.length === 0 && new RegExp(`^${LABEL_SET_NAME.source}$`).test(name))
    return [];
  return [
    `expected one NAME of 1 to 63 lower-case letters, digits, hyphens and underscores but received ${receivedText(operands)}${
      name !== undefined && FORM.test(name) ? '; a file is named by --output' : ''
    }`,
  ];
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeNewFile(file, text).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST')
      throw new UsageError([
        `${printablePath(file)} is there already, and stays as it is: name another file with --output`,
      ]);
    throw new CliptagError('not-writable', `cannot write ${printablePath(file)} (${cause.code})`, { cause });
  });
}
