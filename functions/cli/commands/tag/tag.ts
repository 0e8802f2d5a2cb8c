import { pathFields } from '../../../adapters/files/file-path.ts';
import { AD_HOC_SET } from '../../../core/labels/ad-hoc-label-set.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { printable, printablePath } from '../../../core/printable.ts';
import type { ImageContent } from '../../../core/records/image-record.ts';
import { shownUnknown } from '../../../core/records/shown-unknown.ts';
import { describeImage } from '../../../core/tagging/describe-image.ts';
import type { ModelIdentity } from '../../../tagger/model-parts.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { tagsText } from '../../../terminal/tags-text.ts';
import { type ImagePath, imagePathsIn, noImagesIn } from '../../images/image-paths.ts';
import { type ImageResult, imageResults } from '../../images/image-results.ts';
import { leftOutRemarks } from '../../images/left-out.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import { doubtfulLabels, NAMED_LABEL_FLAGS, namedLabelFaults, namedLabels } from './named-labels.ts';

const flags = {
  ...NAMED_LABEL_FLAGS,
  labels: LABELS_FLAG,
  model: MODEL_FLAG,
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const tag = command({
  usage: `tag PATH… [--label L]… [--exclusive] [--min-score S] [--labels FILE|FOLDER]… [--model NAME|FOLDER]
       [--json]`,
  about: `Tags images with no server: files, whatever they are called, and the images in folders at any depth, sorted,
without hidden ones; what else lies there is counted. Answers come in the order of the paths. A broken image gets a
status and a reason and stops no other. A name that is no UTF-8 is printed as a shell takes it: $'L\\366we.jpg'. 
--label L names labels with no file; several may be true of a picture, or with --exclusive one at most. A picture that none
fits gets no tag; --min-score 0 shows how near each came. --labels names label sets in files, and --label adds to them; either takes
the place of the general label set. Which buckets a label set is for does not matter here.
--json: {"path","pathBytes"?,"status","reason"?,"width","height","model","modelDigest","tags":[{"set","label","score"}],"unknown"?}, where status is
tagged, unsupported or failed, and width and height are null unless it is tagged; pathBytes is a path that is no UTF-8, in base64;
unknown are label sets none of whose labels fits; set is "${AD_HOC_SET}" for a --label.
Exit code: 0; 1 when not one image was tagged, as in a folder without images; 2 when it was asked for wrongly.`,
  example: "tag photo.jpg --label cat --label dog --label 'a drawing'",
  flags,
  check: ({ flags, operands }) => [
    ...(operands.length === 0 ? ['expected at least one PATH'] : []),
    ...namedLabelFaults(flags),
  ],
  run: async ({ flags, operands }, output) => {
    const { paths, leftOut } = await imagePathsIn(operands);
    if (paths.length === 0) output.remark(`cliptag tag: ${noImagesIn(operands)}`);
    const tagged = paths.length > 0 ? await tagFiles(paths, flags, output) : 0;
    for (const remark of leftOutRemarks(leftOut)) output.remark(`cliptag tag: ${remark}`);
    return tagged > 0 ? EXIT.done : EXIT.failed;
  },
});

/** Prints a line for each file; resolves to how many were tagged. */
async function tagFiles(paths: readonly ImagePath[], flags: Flags, output: Output): Promise<number> {
  return withProgress(paths.length, async (progress) => {
    const { identity, describe } = await openTagger(flags, output);
    const print = flags.json ? jsonLine(identity) : humanLine;
    let tagged = 0;
    let found = 0;
    for await (const result of imageResults(paths, describe)) {
      if ('value' in result) {
        tagged += 1;
        found += result.value.tags.length;
      }
      await output.line(print(result));
      progress.advance();
    }
    if (flags.label && tagged > 0 && found === 0 && !flags['min-score']) {
      output.remark('cliptag tag: no label fits; --min-score 0 shows how near each came');
    }
    return tagged;
  });
}

async function openTagger(flags: Flags, output: Output) {
  // Loaded only now, so that help and faults of the command line do not wait for them.
  const { openModel } = await import('../../../tagger/model-parts.ts');
  const named = namedLabels(flags);
  for (const remark of doubtfulLabels(flags)) output.remark(`cliptag tag: ${printable(remark)}`);
  const labelSets = [...(await labelSetsOf(flags, output)), ...(named ? [named] : [])];
  const { identity, imageReader, classifiersOf } = await openModel(flags.model);
  const classifiers = await classifiersOf(labelSets, output.remark);
  const reader = await imageReader();
  return { identity, describe: (bytes: Uint8Array) => describeImage(bytes, reader, classifiers) };
}

async function labelSetsOf({ label, labels }: Flags, output: Output): Promise<readonly LabelSet[]> {
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  const { defaultLabelSets } = await import('../../../tagger/default-label-set.ts');
  if (!labels) return label ? [] : defaultLabelSets();
  const labelSets = await readLabelSets(labels, output.remark);
  if (label && labelSets.some(({ name }) => name === AD_HOC_SET)) {
    throw new UsageError([
      `--labels has a label set of the name "${AD_HOC_SET}", which is that of --label: give it another`,
    ]);
  }
  return labelSets;
}

function jsonLine(identity: ModelIdentity): (result: ImageResult<ImageContent>) => string {
  return (result) => {
    const path = pathFields(result.path);
    if ('fault' in result) {
      return JSON.stringify({ ...path, ...result.fault, width: null, height: null, ...identity, tags: [] });
    }
    const { status, width, height, tags, unknown } = result.value;
    return JSON.stringify({ ...path, status, width, height, ...identity, tags, ...(unknown && { unknown }) });
  };
}

function humanLine(result: ImageResult<ImageContent>): string {
  const path = printablePath(result.path);
  if ('fault' in result) return `${path}: ${result.fault.status}: ${printable(result.fault.reason)}`;
  return `${path}: ${tagsText(result.value.tags, shownUnknown(result.value))}`;
}
