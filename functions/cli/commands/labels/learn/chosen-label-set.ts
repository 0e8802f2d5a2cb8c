import { stat } from 'node:fs/promises';
import { type LabelSetFile, readLabelSetFiles } from '../../../../adapters/files/label-set-files.ts';
import type { LabelSetToLearn } from '../../../../adapters/files/learned-label-files.ts';
import { canonicalName, namedSet, unknownLabel } from '../../../../core/labels/label-names.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';

export interface LabelSetPlaces {
  /** `--set`: a file, or the name of a label set in one of the folders. */
  readonly set: string | undefined;
  /** Files and folders of label sets that are at hand. */
  atHand(): Promise<readonly string[]>;
}

const IS_FILE_NAME = /\.(ya?ml|json)$/i;

/**
 * The label set that is meant: the one of `--set`, else that of `SET:LABEL`, else the only one at hand that knows the label.
 *
 * @param label as the user has written it; undefined where a whole set is meant
 * @throws {UsageError} where none is, or several may be
 */
export async function chosenLabelSet(
  label: string | undefined,
  { set, atHand: pathsAtHand }: LabelSetPlaces,
  remark: (text: string) => void,
): Promise<LabelSetToLearn> {
  if (set !== undefined && (IS_FILE_NAME.test(set) || (await isFile(set)))) {
    return (await isFile(set)) ? onlyFile(await readLabelSetFiles([set], remark)) : { path: set };
  }
  const atHand = await readLabelSetFiles(await pathsAtHand(), remark);
  const name = set ?? (label === undefined ? undefined : namedSet(label)?.set);
  if (name !== undefined) {
    const found = atHand.find(({ labelSet }) => labelSet.name === name);
    if (found) return found;
    throw new UsageError([
      `no label set is called "${name}" (${names(atHand)}); --set FILE names one of your own, which is made where there is none`,
    ]);
  }
  if (label === undefined) throw new UsageError(['expected --set FILE|SETNAME']);
  const knowing = atHand.filter(({ labelSet }) => canonicalName(label, labelSet) !== undefined);
  const [only] = knowing;
  if (only && knowing.length === 1) return only;
  const what =
    knowing.length === 0
      ? unknownLabel(
          label,
          atHand.map(({ labelSet }) => labelSet),
        )
      : `several label sets know "${label}" (${names(knowing)})`;
  throw new UsageError([`${what}: expected --set FILE|SETNAME`]);
}

function onlyFile([file]: readonly LabelSetFile[]): LabelSetToLearn {
  if (!file) throw new UsageError(['expected a label set']);
  return file;
}

function names(files: readonly LabelSetFile[]): string {
  return files.map(({ labelSet }) => labelSet.name).join(', ');
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
