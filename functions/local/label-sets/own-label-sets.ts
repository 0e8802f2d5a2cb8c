import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The label sets that were written in the page: files in the data folder, which may be edited by hand as well. */
export interface OwnLabelSets {
  readonly folder: string;
  /** What label sets are read from besides those that the pipeline was started with: nothing where there are none. */
  paths(): readonly string[];
}

export function ownLabelSets(dataFolder: string): OwnLabelSets {
  const folder = join(dataFolder, 'labels');
  return {
    folder,
    paths: () => (hasLabelSets(folder) ? [folder] : []),
  };
}

function hasLabelSets(folder: string): boolean {
  try {
    return readdirSync(folder).some(
      (name) => /^[^.].*\.(ya?ml|json)$/i.test(name) && !/\.fits\.json$/i.test(name),
    );
  } catch {
    return false;
  }
}
