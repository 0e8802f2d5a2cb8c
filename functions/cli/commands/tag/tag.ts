import { AD_HOC_SET } from '../../../core/labels/ad-hoc-label-set.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { printable } from '../../../core/printable.ts';
import { describeImage } from '../../../core/tagging/describe-image.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { startSummary } from '../../../terminal/summary.ts';
import { givenImages, givenImagesFaults, NULL_FLAG } from '../../images/given-images.ts';
import { type ImagePath, noImagesIn } from '../../images/image-paths.ts';
import { imageResults } from '../../images/image-results.ts';
import { leftOutRemarks } from '../../images/left-out.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import { type SidecarCounts, sidecarCounts } from '../../sidecars/sidecar-counts.ts';
import { SIDECAR_FLAGS, sidecarFlagFaults } from '../../sidecars/sidecar-flags.ts';
import { doubtfulLabels, NAMED_LABEL_FLAGS, namedLabelFaults, namedLabels } from './named-labels.ts';
import { SHOWN_TAG_FLAGS, showing } from './shown-tags.ts';
import { humanLine, jsonLine } from './tag-lines.ts';

const flags = {
  ...NAMED_LABEL_FLAGS,
  ...SHOWN_TAG_FLAGS,
  labels: LABELS_FLAG,
  model: MODEL_FLAG,
  xmp: { type: 'boolean', about: 'Also write the tags as keywords into an XMP sidecar beside each file.' },
  ...SIDECAR_FLAGS,
  ...NULL_FLAG,
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const tag = command({
  usage: `tag PATH… [--label L]… [--exclusive] [--min-score S] [--top N] [--labels FILE|FOLDER]… [--model NAME|FOLDER]
       [--xmp [--for PROGRAM] [--root WORD]] [--json]`,
  about: `Tags images with no server: files, whatever they are called, and the images in folders at any depth, sorted,
without hidden ones; what else lies there is counted. Answers come in the order of the paths. A broken image gets a
status and a reason and stops no other. A name that is no UTF-8 is printed as a shell takes it: $'L\\366we.jpg'. 
PATH may be -, which is standard input: the bytes of a picture, or paths, one a line or, with -0, with NUL behind each.
--label L names labels with no file; several may be true of a picture, or with --exclusive one at most. A picture that none
fits gets no tag; --min-score 0 shows how near each came. --labels names label sets in files, and --label adds to them; either takes
the place of the general label set. Which buckets a label set is for does not matter here.
--xmp: docs/export.md tells what is written, and what stays of a sidecar that is there.
--json: {"path","pathBytes"?,"status","reason"?,"width","height","model","modelDigest","tags":[{"set","label","score"}],"unknown"?}, where status is
tagged, unsupported or failed, and width and height are null unless it is tagged; pathBytes is a path that is no UTF-8, in base64;
unknown are label sets none of whose labels fits; set is "${AD_HOC_SET}" for a --label.
Exit code: 0; 1 when not one image was tagged, as in a folder without images, or a sidecar could not be written; 2 when it
was asked for wrongly.`,
  example: "tag photo.jpg --label cat --label dog --label 'a drawing'",
  operands: 'files',
  flags,
  check: ({ flags, operands }) => [
    ...(operands.length === 0 ? ['expected at least one PATH'] : []),
    ...givenImagesFaults(operands, flags.null),
    ...namedLabelFaults(flags),
    ...sidecarFlagFaults(flags),
  ],
  run: async ({ flags, operands }, output) => {
    const { paths, leftOut } = await givenImages(operands, flags.null);
    if (paths.length === 0) output.fault(`cliptag tag: ${noImagesIn(operands)}`);
    const tagged = paths.length > 0 ? await tagFiles(paths, flags, output) : undefined;
    for (const remark of leftOutRemarks(leftOut)) output.remark(`cliptag tag: ${remark}`);
    if (tagged?.summary) output.remark(`cliptag tag: ${tagged.summary}`);
    return tagged?.isDone ? EXIT.done : EXIT.failed;
  },
});

interface Tagged {
  /** Whether a file was tagged, and every sidecar written. */
  readonly isDone: boolean;
  /** Of several files, for people. */
  readonly summary: string | undefined;
}

/** Prints a line for each file. */
async function tagFiles(paths: readonly ImagePath[], flags: Flags, output: Output): Promise<Tagged> {
  const summary = startSummary();
  const counts = { tagged: 0, unsupported: 0, failed: 0, found: 0 };
  const sidecars = sidecarCounts((text) => output.fault(`cliptag tag: ${text}`));
  await withProgress(paths.length, async (progress) => {
    const { print, describe, writeSidecar } = await openTagger(flags, sidecars, output);
    for await (const result of imageResults(paths, describe)) {
      if ('value' in result) {
        counts.tagged += 1;
        counts.found += result.value.tags.length;
      } else counts[result.fault.status] += 1;
      await output.line(print(result));
      await writeSidecar?.(result);
      progress.advance();
    }
  });
  if (counts.tagged > 0 && counts.found === 0 && !flags['min-score']) {
    output.remark('cliptag tag: no label fits; --min-score 0 shows how near each came');
  }
  for (const remark of sidecars.remarks()) output.fault(`cliptag tag: ${remark}`);
  const isTold = !flags.json && paths.length > 1;
  return {
    isDone: counts.tagged > 0 && sidecars.unwritten() === 0,
    summary: isTold ? summary.text(counted(paths, counts, flags.xmp ? sidecars : undefined)) : undefined,
  };
}

function counted(
  paths: readonly ImagePath[],
  { tagged, unsupported, failed }: { tagged: number; unsupported: number; failed: number },
  sidecars: SidecarCounts | undefined,
): ReadonlyArray<readonly [number, string]> {
  const others = [
    [unsupported, 'unsupported'],
    [failed, 'failed'],
  ] as const;
  return [
    [paths.length, 'picture'],
    [tagged, 'tagged'],
    ...others.filter(([count]) => count > 0),
    ...(sidecars?.parts().map(([count, what]) => [count, sidecarsText(count, what)] as const) ?? []),
  ];
}

/** What is no adjective says enough behind those that are. */
function sidecarsText(count: number, what: string): string {
  return what.includes(' ') ? what : `${what} ${count === 1 ? 'sidecar' : 'sidecars'}`;
}

async function openTagger(flags: Flags, sidecars: SidecarCounts, output: Output) {
  // Loaded only now, so that help and faults of the command line do not wait for them.
  const { openModel } = await import('../../../tagger/model-parts.ts');
  const named = namedLabels(flags);
  for (const remark of doubtfulLabels(flags)) output.remark(`cliptag tag: ${printable(remark)}`);
  const labelSets = [...(await labelSetsOf(flags, output)), ...(named ? [named] : [])];
  const { identity, imageReader, classifiersOf } = await openModel(flags.model);
  const classifiers = (await classifiersOf(labelSets, output.remark)).map((one) => showing(one, flags));
  const reader = await imageReader();
  const beside = flags.xmp ? await import('./beside-sidecars.ts') : undefined;
  return {
    print: flags.json ? jsonLine(identity) : humanLine,
    describe: (bytes: Uint8Array) => describeImage(bytes, reader, classifiers),
    writeSidecar: beside?.besideSidecars(labelSets, flags, sidecars),
  };
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
