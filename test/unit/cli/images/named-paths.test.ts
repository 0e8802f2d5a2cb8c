import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { namedPaths } from '../../../../functions/cli/images/named-paths.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

let folder: string;
const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe.skipIf(process.platform !== 'linux')('namedPaths, of names that have lost their bytes', () => {
  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(latin1(`${folder}/\xe9t\xe9`));
    for (const name of ['\xe9t\xe9/L\xf6we.jpg', 'a\xe4.jpg', 'a\xf6.jpg', 'plain.jpg']) {
      await writeFile(latin1(`${folder}/${name}`), '');
    }
    await writeFile(join(folder, 'real \ufffd.jpg'), '');
  });

  it('finds the file that is called so', async () => {
    const lossy = join(folder, '\ufffdt\ufffd', 'L\ufffdwe.jpg');
    expect(await namedPaths([lossy])).toEqual([latin1(`${folder}/\xe9t\xe9/L\xf6we.jpg`)]);
  });

  it('takes each of several that are called so, when the name is given as often', async () => {
    const lossy = join(folder, 'a\ufffd.jpg');
    expect(await namedPaths([lossy, lossy])).toEqual([
      latin1(`${folder}/a\xe4.jpg`),
      latin1(`${folder}/a\xf6.jpg`),
    ]);
  });

  it('rejects a name that may mean more files than one, with their names', async () => {
    await expect(namedPaths([join(folder, 'a\ufffd.jpg')])).rejects.toThrow(
      /a\ufffd\.jpg may be any of \$'.*a\\344\.jpg', \$'.*a\\366\.jpg': name their folder/,
    );
  });

  it('leaves whole names as they are, and those that are nowhere', async () => {
    const names = [
      join(folder, 'plain.jpg'),
      join(folder, 'real \ufffd.jpg'),
      join(folder, 'none\ufffd.jpg'),
    ];
    expect(await namedPaths(names)).toEqual(names);
  });
});
