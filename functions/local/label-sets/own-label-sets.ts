import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pathName } from '../../adapters/files/file-path.ts';
import { fitFileOf, isFitFile, LABEL_SET_EXTENSIONS } from '../../adapters/files/fit-file.ts';
import { ownLabelSetText } from '../../adapters/files/own-label-set-text.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';

/** The label sets that were written in the page: files in the data folder, which may be edited by hand as well. */
export interface OwnLabelSets {
  /** What label sets are read from besides those that the pipeline was started with: nothing where there are none. */
  paths(): readonly string[];
  /** The file of such a label set. */
  pathOf(name: string): string;
  /** Readers find the file of before or the whole new one. */
  write(labelSet: LabelSet): Promise<void>;
  /** With what was fitted to it. */
  remove(name: string): Promise<void>;
}

/** @param name of a label set, which leads to no other folder */
export function ownLabelSets(dataFolder: string): OwnLabelSets {
  const folder = join(dataFolder, 'labels');
  const pathOf = (name: string) => join(folder, `${name}.yaml`);
  return {
    paths: () => (hasLabelSets(folder) ? [folder] : []),
    pathOf,
    async write(labelSet) {
      await mkdir(folder, { recursive: true });
      const path = pathOf(labelSet.name);
      const existing = await readFile(path, 'utf8').catch(() => undefined);
      const temporary = join(folder, `.${labelSet.name}.${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, ownLabelSetText(labelSet, existing));
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async remove(name) {
      await rm(pathOf(name), { force: true });
      await rm(pathName(fitFileOf(pathOf(name))), { force: true });
    },
  };
}

function hasLabelSets(folder: string): boolean {
  try {
    return readdirSync(folder).some(
      (name) => !name.startsWith('.') && LABEL_SET_EXTENSIONS.includes(extname(name)) && !isFitFile(name),
    );
  } catch {
    return false;
  }
}
