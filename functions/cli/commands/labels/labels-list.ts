import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { onlyFlags } from '../../../terminal/flags.ts';
import { JSON_FLAG, LABELS_FLAG } from '../../shared-flags.ts';

export const labelsList = command({
  usage: 'labels list [--labels FILE|FOLDER]… [--json]',
  about: `Lists the label sets at hand, each checked.
--json: {"name","version","mode","labels":[names],"path"}`,
  flags: { labels: LABELS_FLAG, json: JSON_FLAG },
  check: ({ operands }) => onlyFlags(operands),
  run: async ({ flags }, output) => {
    const { readLabelSetFiles } = await import('../../../adapters/files/label-set-files.ts');
    const { table } = await import('../../../terminal/columns.ts');
    const found = await readLabelSetFiles(flags.labels ?? [LABELS_FOLDER], output.remark);
    const lines = flags.json
      ? found.map(({ path, labelSet: { name, version, mode, labels } }) =>
          JSON.stringify({ name, version, mode, labels: labels.map((label) => label.name), path }),
        )
      : table(
          ['NAME', 'VERSION', 'MODE', 'LABELS', 'PATH'],
          found.map(({ path, labelSet: { name, version, mode, labels } }) => [
            ...[name, version, mode, String(labels.length), path],
          ]),
        );
    for (const line of lines) await output.line(line);
    return EXIT.done;
  },
});
