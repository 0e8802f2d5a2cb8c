import type { LabelSetFile } from '../../../adapters/files/label-set-files.ts';
import type { FitSummary } from '../../../core/labels/fit-summary.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { promptChoiceOf } from '../../../core/labels/prompt-choices.ts';
import { printable } from '../../../core/printable.ts';
import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { onlyFlags } from '../../../terminal/flags.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';

/** A label set, and what was fitted to it with the model that is asked about. */
interface Listed extends LabelSetFile {
  readonly fit?: FitSummary | undefined;
}

export const labelsList = command({
  usage: 'labels list [--labels FILE|FOLDER]… [--model NAME|FOLDER] [--json]',
  about: `Lists the label sets at hand, each checked, with what \`labels learn\` and \`labels calibrate\` have found for them with the
model.
--json: {"name","version","mode","prompts"?,"labels":[names],"path","fit"?:{"version","fittedAt","learned","calibrated","stale":[names]}};
learned and calibrated count labels, stale names those whose words have changed since. prompts are templates that have a name
(photo, drawing, product, any).`,
  flags: { labels: LABELS_FLAG, model: MODEL_FLAG, json: JSON_FLAG },
  check: ({ operands }) => onlyFlags(operands),
  run: async ({ flags }, output) => {
    const { readLabelSetFiles } = await import('../../../adapters/files/label-set-files.ts');
    const files = await readLabelSetFiles(flags.labels ?? [LABELS_FOLDER], output.remark);
    const listed = await withFits(files, flags.model);
    const lines = flags.json ? listed.map((one) => JSON.stringify(jsonOf(one))) : await humanLines(listed);
    for (const line of lines) await output.line(line);
    return EXIT.done;
  },
});

async function withFits(files: readonly LabelSetFile[], model?: string): Promise<readonly Listed[]> {
  if (model === undefined && files.every(({ labelSet }) => labelSet.fits === undefined)) return files;
  const { readModel } = await import('../../../adapters/files/model-folder.ts');
  const { fitSummary } = await import('../../../core/labels/fit-summary.ts');
  const { DEFAULT_MODEL, modelFolder } = await import('../../../tagger/model-places.ts');
  const { digest } = await readModel(modelFolder(model ?? DEFAULT_MODEL), []);
  return files.map((file) => ({ ...file, fit: fitSummary(file.labelSet, digest) }));
}

function jsonOf({ path, labelSet, fit }: Listed): object {
  const { name, version, mode, labels } = labelSet;
  const prompts = promptChoiceOf(labelSet);
  return { name, version, mode, prompts, labels: labels.map((label) => label.name), path, fit };
}

function promptsText(labelSet: LabelSet): string {
  const { promptTemplates } = labelSet;
  const [only = '', ...others] = promptTemplates;
  return (
    promptChoiceOf(labelSet) ??
    (others.length === 0 ? printable(only) : `${promptTemplates.length} templates`)
  );
}

async function humanLines(listed: readonly Listed[]): Promise<readonly string[]> {
  const { table } = await import('../../../terminal/columns.ts');
  const rows = listed.map(({ path, labelSet, fit }) => {
    const { name, version, mode, labels, fits } = labelSet;
    const fitted = fit ? fitText(fit) : fits && Object.keys(fits).length > 0 ? 'with other models' : 'no';
    return [name, version, mode, promptsText(labelSet), String(labels.length), fitted, path];
  });
  return table(['NAME', 'VERSION', 'MODE', 'PROMPTS', 'LABELS', 'FITTED', 'PATH'], rows);
}

function fitText({ learned, calibrated, stale }: FitSummary): string {
  const counts = [
    { count: learned, what: 'learned' },
    { count: calibrated, what: 'calibrated' },
    { count: stale.length, what: 'stale' },
  ];
  const parts = counts.filter(({ count }) => count > 0).map(({ count, what }) => `${count} ${what}`);
  return parts.join(', ') || 'no';
}
