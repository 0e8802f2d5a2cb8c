import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { type CollectionReport, compareCollection } from '../corpus/collection.ts';
import { knownDifference, readKnownDifferences } from '../corpus/known-differences.ts';
import { sha256 } from '../corpus/picture-files.ts';
import { foreignDecoder } from '../corpus/reasons.ts';
import { findingsText, reportTable } from '../corpus/report-text.ts';
import { quarters, scene, svg } from '../fixtures/pictures.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PYTHON = process.env.CORPUS_PYTHON ?? 'python3';

const settings = {
  ...{ python: PYTHON, side: 224, silentSeconds: 60, minimumCosine: 0.98, known: [] },
  program: join(inject('programs'), 'cli-program.js'),
};

/** Pictures that decoders differ in, a kind that is not read, and a broken one. */
async function collection(): Promise<string> {
  const folder = await temporaryFolder();
  const picture = scene(120, 80);
  const files = {
    'turned.jpg': await quarters(96, 64).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    'grey-16-bit.png': await picture.clone().toColourspace('grey16').png().toBuffer(),
    'alpha.png': await picture.clone().ensureAlpha(0.3).png().toBuffer(),
    'cmyk.jpg': await picture.clone().toColourspace('cmyk').jpeg().toBuffer(),
    'p3.jpg': await picture.clone().withIccProfile('p3').jpeg().toBuffer(),
    'first.gif': await picture.clone().gif().toBuffer(),
    'deeper/plain.webp': await picture.clone().webp().toBuffer(),
    'drawing.svg': svg('<circle cx="50" cy="50" r="40"/>'),
    'broken.png': (await picture.clone().png().toBuffer()).subarray(0, 300),
    'bitmap.bmp': Buffer.from('BM\x46\0\0\0\0\0\0\0', 'latin1'),
    'notes.txt': 'no picture',
    'pointer.jpg': 'version https://git-lfs.github.com/spec/v1\n',
    '.git/hidden.png': 'no part of the collection',
  };
  for (const name of ['deeper', '.git']) await mkdir(join(folder, name));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const figuresOf = ({ pictures, tagged, unsupported, failed, compared }: CollectionReport) => ({
  ...{ pictures, tagged, unsupported, failed, compared },
});

/** A program that answers as reference.py does; `turned.jpg` it makes a negative of. */
async function standIn(): Promise<string> {
  const program = join(await temporaryFolder(), 'reference.mjs');
  const sharp = JSON.stringify(import.meta.resolve('sharp'));
  await writeFile(
    program,
    `#!${process.execPath}
import { readFileSync } from 'node:fs';
import sharp from ${sharp};
const [, , , , side, , out] = process.argv;
const paths = readFileSync(0, 'utf8').split('\\0').filter(Boolean);
for (const [index, path] of paths.entries()) {
  const read = /\\.svg$|broken|alpha|\\.bmp$/.test(path) ? undefined : sharp(path, { failOn: 'none' });
  const size = { width: Number(side), height: Number(side), kernel: 'cubic' };
  await read?.flatten({ background: 'white' }).negate(/turned/.test(path)).resize(size).toColourspace('srgb').png().toFile(\`\${out}/\${index}.png\`);
  console.log(JSON.stringify(read ? { index, levels: 1 } : { index, refused: 'no decoder' }));
}
`,
  );
  await chmod(program, 0o755);
  return program;
}

describe('the corpus test', () => {
  it('finds the picture that is tagged from other pixels, and lists what has no reference', async () => {
    const folder = await collection();
    const report = await compareCollection(folder, { ...settings, python: await standIn() });
    expect(figuresOf(report)).toEqual({ pictures: 10, tagged: 8, unsupported: 1, failed: 1, compared: 6 });
    const turned = join(folder, 'turned.jpg');
    expect(report.faults.map(({ path }) => path)).toEqual([turned]);
    expect(report.faults[0]?.text).toMatch(
      /^wrong pixels: cosine [01]\.\d+ to the reference, pixels \d+\.\d off$/,
    );
    expect(report.unproved).toEqual([{ path: join(folder, 'alpha.png'), text: 'no decoder' }]);
    expect(findingsText(report)).toContainEqual(expect.stringMatching(/, wrong:$/));
    expect(reportTable([report])[2]).toMatch(/ 10 +\| 8 +\| 1 +\| 1 +\| 6 +\| 0 +\| 1 +\|$/);
  });

  it('tells a process that ends, and one that hangs', async () => {
    const folder = await temporaryFolder();
    const picture = join(folder, 'picture.png');
    await writeFile(picture, await scene(120, 80).png().toBuffer());
    const program = join(folder, 'cli.mjs');
    const faultsOf = async (source: string, silentSeconds: number) => {
      await writeFile(program, source);
      const report = await compareCollection(folder, {
        ...settings,
        ...{ program, python: await standIn(), silentSeconds },
      });
      return report.faults.map(({ text }) => text);
    };
    expect(await faultsOf('console.error("Bus error"); process.exitCode = 7;', 60)).toEqual([
      `ended with 7, at ${picture}: Bus error`,
    ]);
    expect(await faultsOf('setTimeout(() => {}, 60_000);', 1)).toEqual([`no answer for 1 s, at ${picture}`]);
  });

  it('agrees with Pillow on pictures that decoders differ in', async ({ skip }) => {
    if (!hasReference()) {
      console.info(
        'Skipped: a comparison with Pillow (set CORPUS_PYTHON to a Python with test/corpus/requirements.txt)',
      );
      skip();
    }
    const report = await compareCollection(await collection(), settings);
    expect(figuresOf(report)).toEqual({ pictures: 10, tagged: 8, unsupported: 1, failed: 1, compared: 7 });
    expect(report.faults).toEqual([]);
    expect(report.missed).toEqual([]);
    expect(report.unproved).toEqual([]);
  });
});

describe('a picture that is known to differ', () => {
  it('is told by its content, whatever it is called', async () => {
    const folder = await temporaryFolder();
    const [one, other] = [join(folder, 'one.jpg'), join(folder, 'other.jpg')];
    await writeFile(one, 'one');
    await writeFile(other, 'other');
    const known = [{ name: 'elsewhere.jpg', sha256: await sha256(one), why: 'a matter of opinion' }];
    expect(await knownDifference(one, known)).toBe('a matter of opinion');
    expect(await knownDifference(other, known)).toBeUndefined();
  });

  it('has a reason', async () => {
    for (const { why, sha256: digest } of await readKnownDifferences()) {
      expect(why.length).toBeGreaterThan(20);
      expect(digest).toMatch(/^[\da-f]{64}$/);
    }
  });
});

describe('a reason of another picture', () => {
  it('is told by the decoder that speaks in it', () => {
    const reason = (format: string, words: string) =>
      `Expected a whole image of format ${format} but received a corrupt one: ${words}`;
    expect(foreignDecoder(reason('jpeg', 'tiff2vips: Bad value 0 for Orientation'))).toBe('tiff');
    expect(foreignDecoder(reason('tiff', 'tiff2vips: Bad value 0 for Orientation'))).toBeUndefined();
    expect(foreignDecoder(reason('tiff', 'VipsJpeg: Unsupported JPEG data precision 16'))).toBeUndefined();
    expect(foreignDecoder('Expected an image but received no bytes')).toBeUndefined();
  });
});

function hasReference(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import numpy, PIL, pillow_heif, pillow_jxl, rawpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
