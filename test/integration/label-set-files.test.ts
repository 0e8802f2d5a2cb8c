import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { encodingFault } from '../../functions/adapters/files/utf8-text.ts';
import type { InvalidInput } from '../../functions/core/errors.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const yaml = (name: string) => `name: ${name}\nversion: 1\nmode: exclusive\nlabels: [cat, dog]\n`;

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
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

  const START = 'name: x\nversion: 1\nmode: exclusive\nlabels:\n';

  /** The faults of a label set with these lines of labels, without the file's path. */
  async function faultsIn(content: string | Buffer): Promise<readonly string[]> {
    const folder = await folderWith({ 'a.yaml': content });
    return (await faultsOf([folder])).map((fault) => fault.replace(`${join(folder, 'a.yaml')}: `, ''));
  }

  const text = (label: string) => `in quotes, "${label}", it is a text`;
  test.each([
    [
      '747',
      `labels[1]: Expected a text or a mapping with a name, received 747 (line 6, column 5); ${text('747')}`,
    ],
    ['1.10', `received 1.10 (line 6, column 5); ${text('1.10')}`],
    ['0o17', `received 0o17 (line 6, column 5); ${text('0o17')}`],
    ['.inf', `received .inf (line 6, column 5); ${text('.inf')}`],
    ['1e3', `received 1e3 (line 6, column 5); ${text('1e3')}`],
    ['true', `received true (line 6, column 5); ${text('true')}`],
    ['~', `received ~ (line 6, column 5); ${text('~')}`],
    ['#tag', 'received nothing (line 6, column 5); a text that begins with # is written in quotes'],
    [
      'cat: dog',
      '(line 6, column 5); a text with a colon and a space in it is written in quotes: "cat: dog"',
    ],
    ['name: 747', `labels[1].name: Expected string, received 747 (line 6, column 11); ${text('747')}`],
    [
      '[cat]',
      '["cat"] (line 6, column 5); a text that is in brackets, or begins with a dash, is written in quotes',
    ],
    [
      '- cat',
      '["cat"] (line 6, column 5); a text that is in brackets, or begins with a dash, is written in quotes',
    ],
    ['cat:', '(line 6, column 5); a text that ends with a colon, or is in braces, is written in quotes'],
    ['""', 'labels[1].name: Expected string to have >=1 characters, received "" (line 6, column 5)'],
    [
      'cow\n---\nname: y',
      'line 7, column 1: Expected one document but received a second one, behind ---; put it into a file of its own',
    ],
    [
      '*ref',
      'line 6, column 5: Expected an anchor &ref before *ref; a text that begins with * or & is written in quotes',
    ],
    ['!tag', 'line 6, column 5: Unresolved tag: !tag; a text that begins with ! is written in quotes'],
    [
      '@home',
      'line 6, column 5: Plain value cannot start with reserved character @; a text that begins so is written in quotes',
    ],
    [
      '% off',
      'line 6, column 5: Plain value cannot start with directive indicator character %; a text that begins so is written in quotes',
    ],
    [
      '"cat" dog',
      'line 6, column 11: Unexpected scalar at node end; a text with quotes or such signs in it is written in quotes as a whole',
    ],
    [
      'a: b: c',
      'line 6, column 8: Nested mappings are not allowed in compact mappings; a text with a colon and a space in it is written in quotes',
    ],
    ['\n\t- cow', 'line 7, column 1: Tabs are not allowed as indentation; use spaces'],
    [
      'CAFE\u0301\n  - café',
      'labels[2]: "café" (line 7, column 5) stands at labels[1] (line 6, column 5) already',
    ],
  ])('rejects the label %j with a hint and its place', async (label, fault) => {
    expect((await faultsIn(`${START}  - dog\n  - ${label}\n`)).join('\n')).toContain(fault);
  });

  test.each(['yes', 'on', '2024-01-01', '12:30', "'it''s'", '"747"', '1_000', 'cat:dog', '-'])(
    'takes %s for a text',
    async (label) => {
      const folder = await folderWith({
        'a.yaml': `${START}  - x${label === '-' ? '-' : ''}\n  - ${label === '-' ? '"-"' : label}\n`,
      });
      const [labelSet] = await readLabelSets([folder]);
      expect(labelSet?.labels[1]?.name).toBe(label.replace(/^['"]|['"]$/g, '').replace("''", "'"));
    },
  );

  test.each([
    [
      'dog',
      'labels: Expected array, received "dog" (line 4, column 9); each entry of a list begins with a dash',
    ],
    ['\n  dog:\n  cat:', '(line 5, column 3); each entry of a list begins with a dash and a space'],
  ])('rejects labels without dashes with a hint: %j', async (labels, fault) => {
    const faults = await faultsIn(`name: x\nversion: 1\nmode: independent\nlabels: ${labels}\n`);
    expect(faults.join('\n')).toContain(fault);
  });

  test('reads line ends of all systems', async () => {
    const content = `${START}  - dog\n`;
    for (const lineEnd of ['\r', '\r\n', '\n']) {
      const folder = await folderWith({ 'a.yaml': content.replaceAll('\n', lineEnd) });
      const [labelSet] = await readLabelSets([folder]);
      expect(labelSet?.labels.map(({ name }) => name)).toEqual(['dog']);
    }
  });

  test('tells the line and column of what is wrong with JSON, too', async () => {
    const json = '{"name": "x", "version": 1, "mode": "exclusive",\n  "labels": ["cat", 747]}';
    const folder = await folderWith({ 'a.json': json });
    expect((await faultsOf([folder])).join()).toContain('received 747 (line 2, column 21)');
  });

  test.each([
    ['a.yaml', 'version: 1.10\n', '1.10'],
    ['a.yaml', 'version: 1.0\n', '1.0'],
    ['a.yaml', 'version: "1.10"\n', '1.10'],
    ['a.yaml', 'version: 2\n', '2'],
    ['a.json', '"version": 1.10', '1.10'],
    ['a.json', '"version": 12345678901234567890', '12345678901234567890'],
    ['a.json', '"version": 7', '7'],
  ])('takes the version of %s, %s, as it is written', async (name, line, version) => {
    const content = name.endsWith('json')
      ? `{"name": "x", ${line}, "mode": "exclusive", "labels": ["a", "b"]}`
      : `name: x\n${line}mode: exclusive\nlabels: [a, b]\n`;
    const remarks: string[] = [];
    const [labelSet] = await readLabelSets([await folderWith({ [name]: content })], (remark) =>
      remarks.push(remark),
    );
    expect(labelSet?.version).toBe(version);
    const isPlain = /^\d$|"1/.test(line.replace(/.*: /, '').trim());
    expect(remarks.join()).toMatch(isPlain ? /^$/ : new RegExp(`in quotes, "${version}", it is a text`));
  });

  const utf16 = (bytes: string, swapped = false) => {
    const encoded = Buffer.from(bytes, 'utf16le');
    return swapped ? encoded.swap16() : encoded;
  };
  test.each([
    [
      'Latin-1',
      Buffer.from(`${START}  - cat\n  - L\xf6we`, 'latin1'),
      /^line 6, column 6 \(byte 57\): Expected UTF-8 but received the byte 0xf6: it looks like Windows-1252 \(CP1252\) or ISO-8859-1 \(Latin-1\), in which this line reads "- Löwe"; save it as UTF-8$/,
    ],
    [
      'CP1252',
      Buffer.from(`${START}  - cat\x92s face`, 'latin1'),
      /^line 5, column 8 .*0x92: it looks like Windows-1252 \(CP1252\), in which this line reads "- cat’s face"/,
    ],
    ['UTF-16 with a mark', utf16(`\ufeff${START}`), /UTF-16 \(little-endian\), by its first bytes/],
    [
      'UTF-16 with the other mark',
      utf16(`\ufeff${START}`, true),
      /UTF-16 \(big-endian\), by its first bytes/,
    ],
    [
      'UTF-16 without a mark',
      utf16(START),
      /^line 1, column 2 \(byte 2\): .*looks like UTF-16 \(little-endian\)/,
    ],
    [
      'big UTF-16 without a mark',
      utf16(START, true),
      /^line 1, column 1 \(byte 1\): .*looks like UTF-16 \(big-endian\)/,
    ],
    [
      'Shift_JIS',
      Buffer.concat([
        Buffer.from(START),
        Buffer.from(
          '  - \x94\x4c\x94\x4c\x8c\xa2\x92\xb9\x94\x4c\x8c\xa2\x92\xb9\x94\x4c\x8c\xa2\x92\xb9\x8c\xa2\x92\xb9\x8c\xa2\x92\xb9',
          'latin1',
        ),
      ]),
      /^line 5, column 5 .*an older encoding, such as/,
    ],
    [
      'damaged UTF-8',
      Buffer.concat([Buffer.from(`${START}  - Löwe\n  - é\n  - `), Buffer.from([0xc3, 0x0a])]),
      /^line 7, column 5 .*0xc3: the rest is UTF-8, so this character is damaged/,
    ],
    [
      'UTF-8 that is cut',
      Buffer.from(`${START}  - Lö`).subarray(0, -1),
      /^line 5, column 6 .*ends within a character/,
    ],
    ['no text', Buffer.from([1, 0, 2, 0, 0, 3, 0, 0]), /it looks like no text/],
  ])('rejects %s by name, with the place', async (_, content, fault) => {
    const faults = await faultsIn(content);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  test('reads UTF-8 with a byte order mark, JSON as well', async () => {
    const json = JSON.stringify({ name: 'b', version: 1, mode: 'exclusive', labels: ['Löwe', 'x'] });
    const folder = await folderWith({
      'a.yaml': `\ufeff${yaml('a')}`,
      'b.json': `\ufeff${json}`,
      '._a.yaml': Buffer.from([0, 5, 22, 7]),
    });
    expect((await readLabelSets([folder])).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('rejects any bytes with a fault, and never fails otherwise', async () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const fault = encodingFault(bytes);
        const isFine =
          Buffer.from(Buffer.from(bytes).toString()).equals(Buffer.from(bytes)) && !bytes.includes(0);
        expect(fault === undefined).toBe(isFine);
      }),
    );
  });

  test('rejects aliases within aliases, which would fill the memory', async () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `${`l${i}`}: &l${i} [${Array(9).fill(i === 0 ? 'x' : `*l${i - 1}`)}]`,
    );
    expect((await faultsIn(lines.join('\n'))).join()).toContain('Excessive alias count');
  });

  test.skipIf(process.platform !== 'linux')('reads a file whose name is no UTF-8', async () => {
    const folder = await folderWith({});
    await writeFile(Buffer.from(`${folder}/\xe9.yaml`, 'latin1'), yaml('x'));
    expect((await readLabelSets([folder])).map(({ name }) => name)).toEqual(['x']);
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
