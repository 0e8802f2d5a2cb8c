import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { IS_CHECKOUT, PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';
import { STATE_FOLDER } from './places.ts';
import type { StagingAnswer } from './stage-image-process.ts';
import type { TaggingImage, TaggingImageOptions } from './tagging-image.ts';

const staged = new Map<string, TaggingImage>();

/**
 * Lays out the image of the tagging function as `taggingImage` does, and waits for it: constructors of the CDK cannot await,
 * so a process of its own does the work. The same options are worked on once a process.
 *
 * @throws Error with all faults of the model and of all label sets
 */
export function stagedImage(options: TaggingImageOptions): TaggingImage {
  const key = JSON.stringify(options);
  const image = staged.get(key) ?? stage(key);
  staged.set(key, image);
  return image;
}

/** Where an app keeps what is laid out for it: beside its assets, since nothing is written into an installed package. */
export function stateFolder(assetFolder: string): string {
  return IS_CHECKOUT ? STATE_FOLDER : join(assetFolder, '.cliptag');
}

function stage(input: string): TaggingImage {
  const { error, stdout, stderr, status } = spawnSync(process.execPath, programArguments(), {
    input,
    encoding: 'utf8',
  });
  if (error)
    throw new Error('The process that lays out the image of the tagging function cannot start', {
      cause: error,
    });
  if (status !== 0) {
    throw new Error(
      `The process that lays out the image of the tagging function ended with ${status}:\n${stderr}`,
    );
  }
  const answer: StagingAnswer = JSON.parse(stdout);
  if ('fault' in answer) throw new Error(answer.fault);
  return answer.image;
}

/** A checkout's sources are translated as they are read; the program of an installed package is compiled. */
function programArguments(): readonly string[] {
  const source = fileURLToPath(new URL('stage-image-process.ts', import.meta.url));
  if (!existsSync(source)) return [join(PACKAGE_FOLDER, 'dist', 'stage-image-process.mjs')];
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(tsx).href, source];
}
