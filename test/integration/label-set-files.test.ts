import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import type { InvalidInput } from '../../functions/core/errors.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const yaml = (name: string) => `name: ${name}\nversion: 1\nmode: exclusive\nlabels: [cat, dog]\n`;

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function faultsOf(paths: readonly string[]): Promise<readonly string[]> {
  return readLabelSets(paths).then(
    () => expect.fail('Expected an error'),
    (error: InvalidInput) => error.faults,
  );
}

describe('readLabelSets', () => {
  test('reads YAML and JSON alike', async () => {
    const json = JSON.stringify(
      { name: 'two', version: 1, mode: 'exclusive', labels: ['cat', 'dog'] },
      null,
      '\t',
    );
    const folder = await folderWith({
      'one.yaml': yaml('one'),
      'two.json': json,
      'three.yml': yaml('three'),
    });
    const paths = ['one.yaml', 'two.json', 'three.yml'].map((name) => join(folder, name));
    const [one, two, three] = await readLabelSets(paths);
    expect([one?.name, two?.name, three?.name]).toEqual(['one', 'two', 'three']);
    expect({ ...two, name: 'one' }).toEqual(one);
  });

  test('reads the label sets directly in a folder by name, and leaves other files alone', async () => {
    const folder = await folderWith({
      'b.yaml': yaml('b'),
      'a.yaml': yaml('a'),
      'README.md': '# Labels',
      'deeper/c.yaml': yaml('c'),
    });
    expect((await readLabelSets([folder])).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('reads a file that is named twice only once', async () => {
    const folder = await folderWith({ 'a.yaml': yaml('a') });
    expect(await readLabelSets([join(folder, 'a.yaml'), folder])).toHaveLength(1);
  });

  test('rejects everything that is wrong at once, with file and place', async () => {
    const folder = await folderWith({
      'bad-labels.yaml': 'name: x\nversion: 1\nmode: both\nlabels: [cat, 7]\n',
      'bad-syntax.yaml': 'name: x\nlabels: [cat,\nmode: exclusive\n',
      'bad.json': '{\n  "name": "x"\n  "version": 1\n}',
      'good.yaml': yaml('good'),
    });
    const faults = await faultsOf([folder, join(folder, 'missing.yaml'), join(folder, 'labels.txt')]);
    const text = faults.join('\n');
    expect(text).toMatch(/bad-labels\.yaml: mode: /);
    expect(text).toMatch(/bad-labels\.yaml: labels\[1\]/);
    expect(text).toMatch(/bad-syntax\.yaml: line \d+, column \d+: /);
    expect(text).toMatch(/bad\.json: line 3, column 3: /);
    expect(text).toMatch(
      /missing\.yaml: Expected a label set file or a folder of them, but there is nothing/,
    );
    expect(text).not.toContain('good.yaml');
  });

  test('rejects two label sets of one name, naming both files', async () => {
    const folder = await folderWith({ 'a.yaml': yaml('pets'), 'b.yaml': yaml('pets') });
    expect(await faultsOf([folder])).toEqual([
      `${join(folder, 'b.yaml')}: Expected a name of its own, but "pets" is the label set in ${join(folder, 'a.yaml')}`,
    ]);
  });

  test('rejects what cannot be read, together with the other faults', async () => {
    const folder = await folderWith({ 'a.yaml/b.txt': '', 'c.yaml': 'name: 5' });
    await symlink('nowhere', join(folder, 'd.yaml'));
    const faults = await faultsOf([folder, join(folder, 'c.yaml', 'e.yaml')]);
    expect(faults.filter((fault) => !fault.includes('c.yaml:'))).toEqual([
      `${join(folder, 'c.yaml', 'e.yaml')}: Expected a label set file or a folder of them, but there is nothing`,
      `${join(folder, 'a.yaml')}: Expected a readable file but received EISDIR`,
      `${join(folder, 'd.yaml')}: Expected a readable file, but there is nothing`,
    ]);
    expect(faults.join('\n')).toContain('c.yaml: name: Expected string, received 5');
  });

  test('rejects a folder without label sets', async () => {
    const folder = await folderWith({ 'README.md': '' });
    expect(await faultsOf([folder])).toEqual([
      `${folder}: Expected a file that ends in .yaml, .yml, .json in it`,
    ]);
  });

  test('rejects a file of another kind', async () => {
    const folder = await folderWith({ 'labels.txt': 'cat' });
    expect(await faultsOf([join(folder, 'labels.txt')])).toEqual([
      `${join(folder, 'labels.txt')}: Expected a file that ends in .yaml, .yml, .json`,
    ]);
  });

  test.each([
    ['an empty file', ''],
    ['several documents', `${yaml('a')}---\n${yaml('b')}`],
    ['an alias of nothing', 'labels: *cats'],
    ['a key that stands twice', `${yaml('a')}name: b\n`],
  ])('rejects %s', async (_, content) => {
    const folder = await folderWith({ 'a.yaml': content });
    for (const fault of await faultsOf([folder])) expect(fault).toContain(join(folder, 'a.yaml'));
  });
});
