import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaggingEnvironmentVariables } from '../../functions/config.ts';
import { contentFolder } from './content-folder.ts';
import { type Architecture, copyPackages } from './image-packages.ts';
import { nativePackages } from './native-packages.ts';

/** What Lambda takes, unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAXIMUM_ARCHIVE_BYTES = 262_144_000;

/** Where the runtime unpacks an archive. */
const TASK = '/var/task';

/** What the Dockerfile says to an image's functions, said to those of an archive. */
export function archiveVariables(heic: boolean) {
  return {
    MODEL_FOLDER: `${TASK}/model`,
    LABEL_SETS: `${TASK}/labels`,
    CLASSIFIER_FOLDER: `${TASK}/classifiers`,
    HEIC: String(heic),
    HOME: '/tmp',
  } satisfies Partial<TaggingEnvironmentVariables> & Record<string, string>;
}

export interface ArchiveOptions {
  /** What the image is built of, which the archive has too, as `stageImage` lays it out. */
  readonly image: string;
  readonly architecture: Architecture;
  /** Whether it gets the decoder of HEIC. */
  readonly heic: boolean;
  /** Folder that the archive's own folder is made in, and where packages are kept once they are fetched. */
  readonly folder: string;
  /** @default {@link MAXIMUM_ARCHIVE_BYTES} */
  readonly maximumBytes?: number;
}

/**
 * Lays out what a function on one of Lambda's own runtimes gets as `/var/task`: all that the Dockerfile copies, with no
 * container engine.
 *
 * @returns path of the folder, named for its content
 * @throws Error when it is larger than Lambda takes, or npm cannot fetch the packages
 */
export async function stageArchive(options: ArchiveOptions): Promise<string> {
  const { image, architecture, heic, folder, maximumBytes = MAXIMUM_ARCHIVE_BYTES } = options;
  const packages = await nativePackages(join(image, 'packages'), architecture, join(folder, 'packages'));
  const archive = await contentFolder(join(folder, 'archives'), async (draft) => {
    await cp(join(image, 'code'), draft, { recursive: true });
    for (const name of ['drawing-font', 'model', 'labels', 'classifiers'])
      await cp(join(image, name), join(draft, name), { recursive: true });
    await copyPackages(packages, draft, architecture, { heic });
  });
  const bytes = await bytesIn(archive);
  if (bytes <= maximumBytes) return archive;
  throw new Error(
    `Expected at most ${maximumBytes} bytes for packaging zip, which is what Lambda takes unzipped, but model, code and libraries are ${bytes}: take packaging container, or a smaller model`,
  );
}

/** Size of all files in a folder. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
