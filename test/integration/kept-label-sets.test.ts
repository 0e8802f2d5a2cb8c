import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { keptLabelSets } from '../../functions/tagger/kept-label-sets.ts';
import { DEFAULT_LABEL_SET } from '../../functions/tagger/model-places.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const YAML = 'name: pets\nversion: 1\nmode: exclusive\nlabels: [cat, dog]\n';

async function petsIn(folder: string): Promise<string> {
  const path = join(folder, 'pets.yaml');
  await writeFile(path, YAML);
  return path;
}

const namesOf = async (path: string, folder: string) =>
  (await keptLabelSets(path, folder)).flatMap(({ labels }) => labels.map(({ name }) => name));

describe('label sets that are kept as they were read', () => {
  it('are those of the file', async () => {
    const folder = await temporaryFolder();
    const read = await readLabelSets([DEFAULT_LABEL_SET]);
    for (let time = 0; time < 2; time++) expect(await keptLabelSets(DEFAULT_LABEL_SET, folder)).toEqual(read);
  });

  it('are taken from what is kept', async () => {
    const folder = await temporaryFolder();
    const path = await petsIn(folder);
    await namesOf(path, folder);
    const kept = join(folder, 'label-sets.json');
    await writeFile(kept, (await readFile(kept, 'utf8')).replaceAll('cat', 'cow'));
    expect(await namesOf(path, folder)).toEqual(['cow', 'dog']);
  });

  it('are read anew once the file has changed, or what was fitted to it', async () => {
    const folder = await temporaryFolder();
    const path = await petsIn(folder);
    await namesOf(path, folder);
    await writeFile(path, YAML.replace('cat', 'cow'));
    expect(await namesOf(path, folder)).toEqual(['cow', 'dog']);
    await writeFile(join(folder, 'pets.fits.json'), '{');
    await expect(keptLabelSets(path, folder)).rejects.toThrow('pets.fits.json');
  });

  it('are read where what is kept is damaged, and where nothing can be kept', async () => {
    const folder = await temporaryFolder();
    const path = await petsIn(folder);
    for (const damage of ['', 'null', '{"digest":', '[]', '{"labelSets":[]}']) {
      await writeFile(join(folder, 'label-sets.json'), damage);
      expect(await namesOf(path, folder)).toEqual(['cat', 'dog']);
    }
    await rm(join(folder, 'label-sets.json'));
    await mkdir(join(folder, 'label-sets.json'));
    expect(await namesOf(path, folder)).toEqual(['cat', 'dog']);
    expect(await namesOf(path, join(folder, 'missing'))).toEqual(['cat', 'dog']);
  });

  it('rejects a faulty file each time', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'faulty.yaml');
    await writeFile(path, 'name: pets');
    for (let time = 0; time < 2; time++) await expect(keptLabelSets(path, folder)).rejects.toThrow('labels');
  });
});
