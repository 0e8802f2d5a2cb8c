import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { repository } from '../e2e/support.ts';
import type { Cast } from './cast.ts';
import { type Pace, playedSession } from './session.ts';

const PICTURE = join(repository, 'test', 'fixtures', 'heic', 'cat.heic');

/** Plays the session in a folder of its own, with what people find there, and nothing of this process's npm. */
export async function playedInFreshFolder(
  parent: string,
  tarball: string,
  pace: Pace,
): Promise<readonly Cast[]> {
  const folder = join(parent, 'photos');
  await mkdir(join(folder, 'pictures'), { recursive: true });
  await copyFile(tarball, join(folder, basename(tarball)));
  await copyFile(PICTURE, join(folder, 'cat.heic'));
  const ours = Object.keys(process.env).filter((name) =>
    /^(npm_|NODE_|VITEST|CLIPTAG_|AWS_|NO_COLOR|FORCE_COLOR|CI$|COLUMNS|LINES)/i.test(name),
  );
  const env = {
    ...Object.fromEntries(ours.map((name) => [name, undefined])),
    // What npm says of itself would be other words each time.
    ...{ npm_config_progress: 'false', npm_config_fund: 'false', npm_config_audit: 'false' },
    ...{ npm_config_update_notifier: 'false', npm_config_loglevel: 'error' },
  };
  return playedSession(folder, env, pace);
}
