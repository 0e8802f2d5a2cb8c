import { access, constants } from 'node:fs/promises';
import { makeFolder } from '../../adapters/files/make-folder.ts';

/**
 * Makes the folder of all state, and looks whether it can be written: what is made in it later tells less of the reason.
 *
 * @throws NodeJS.ErrnoException with the path that is at fault
 */
export async function makeDataFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  await access(folder, constants.W_OK);
}
