import { stat } from 'node:fs/promises';
import { type LabelSetFile, readLabelSetFiles } from '../../adapters/files/label-set-files.ts';
import { LABEL_SET_NAME } from '../../core/labels/label-set-schema.ts';
import { didYouMean, nearestWords } from '../../core/labels/near-words.ts';
import { UsageError } from '../../terminal/exit-code.ts';

const NAME = new RegExp(`^${LABEL_SET_NAME.source}$`);

/**
 * The label set that a user means by its file, or by its name among those at hand. What is there as a file is that file.
 *
 * @param paths files and folders of the label sets that have names
 * @throws {UsageError} when there is none, with the nearest names
 * @throws {InvalidInput} with every fault of the files
 */
export async function namedLabelSet(
  text: string,
  paths: readonly string[],
  remark?: (remark: string) => void,
): Promise<LabelSetFile> {
  const found = await stat(text).catch(() => undefined);
  if (found?.isDirectory() && !NAME.test(text)) {
    throw new UsageError([`expected a label set's file or name, but ${text} is a folder`]);
  }
  if (found?.isFile() || !NAME.test(text)) {
    const [file] = await readLabelSetFiles([text], remark);
    if (file) return file;
  }
  const files = await readLabelSetFiles(paths, remark);
  const names = files.map(({ labelSet }) => labelSet.name);
  const file = files.find(({ labelSet }) => labelSet.name === text);
  if (file) return file;
  throw new UsageError([
    `there is neither a file nor a label set "${text}" (label sets: ${names.join(', ')}; --labels names others)${didYouMean(nearestWords(text, names))}`,
  ]);
}
