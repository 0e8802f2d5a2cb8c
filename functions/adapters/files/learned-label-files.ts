import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { CliptagError } from '../../core/errors.ts';
import { canonicalName } from '../../core/labels/label-names.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { LabelFit } from '../../core/labels/label-set-fit.ts';
import { newLabelSet } from '../../core/learning/label-to-learn.ts';
import { withLearned } from '../../core/learning/learned-labels.ts';
import { writeAtomically } from './atomic-write.ts';
import { withLabels } from './extended-label-set.ts';
import { locked } from './file-lock.ts';
import { pathName } from './file-path.ts';
import { changeFit, fitFileOf } from './fit-file.ts';
import { readLabelSets } from './label-set-files.ts';
import { readUtf8 } from './utf8-text.ts';

/** A label set's file, which may be about to be made. */
export interface LabelSetToLearn {
  readonly path: string;
  /** @default there is no file yet */
  readonly labelSet?: LabelSet;
}

/** A label set's name by its file's: `My cats.yaml` has my-cats. */
export function nameByFile(path: string): string {
  return basename(path, extname(path))
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '');
}

export interface LearnedFiles {
  readonly fitPath: string;
  /** Of the fit. */
  readonly version: number;
}

/**
 * The text of the label set's file with these labels; made before there is much work, since some texts cannot be added to.
 *
 * @throws {InvalidInput} as `withLabels` does
 */
export async function extendedText(
  { path, labelSet }: LabelSetToLearn,
  names: readonly string[],
): Promise<string> {
  return labelSet ? withLabels(await readUtf8(path), names, path) : newText(path, names);
}

/** Writes what was learned beside the label set, and the label set itself where it has new labels. */
export async function writeLearned(
  { path, labelSet }: LabelSetToLearn,
  {
    newLabels,
    labels,
    modelDigest,
    now,
  }: {
    /** That the label set did not know when it was read. */
    readonly newLabels: readonly string[];
    readonly labels: ReadonlyMap<string, LabelFit>;
    readonly modelDigest: string;
    readonly now: Date;
  },
): Promise<LearnedFiles> {
  // A fit needs its label set; words that nobody has fitted say less than the fit of words to come.
  if (!labelSet) await addLabels(path, newLabels);
  const { version } = await changeFit(path, modelDigest, (before) => withLearned(before, labels, now));
  if (labelSet) await addLabels(path, newLabels);
  return { fitPath: pathName(fitFileOf(path)), version };
}

/** To the file as it is by now: others may have added theirs since it was read, or made it. */
async function addLabels(path: string, newLabels: readonly string[]): Promise<void> {
  if (newLabels.length === 0) return;
  await locked(path, async () => {
    const isThere = (await stat(path).catch(() => undefined)) !== undefined;
    const [labelSet] = isThere ? await readLabelSets([path]) : [];
    const lacking = newLabels.filter((name) => !labelSet || canonicalName(name, labelSet) === undefined);
    if (lacking.length === 0) return;
    const text = await extendedText(labelSet ? { path, labelSet } : { path }, lacking);
    await writeAtomically(path, text).catch((cause) => notWritable(path, cause));
  });
}

function notWritable(path: string, cause: NodeJS.ErrnoException): never {
  throw new CliptagError('not-writable', `cannot write ${path} (${cause.code ?? cause.message})`, { cause });
}

function newText(path: string, names: readonly string[]): string {
  const labelSet = { ...newLabelSet(nameByFile(path)), labels: [] };
  if (extname(path).toLowerCase() === '.json')
    return `${JSON.stringify({ ...labelSet, labels: names }, null, 2)}\n`;
  const { name, version, mode, minimumScore } = labelSet;
  const text = `name: ${name}\nversion: ${version}\nmode: ${mode}\nminimumScore: ${minimumScore}\nlabels:\n`;
  // The first one shows how the others are written.
  return withLabels(`${text}  - x\n`, names, path).replace('  - x\n', '');
}
