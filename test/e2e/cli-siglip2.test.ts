import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_FOLDER } from '../../functions/cli/places.ts';
import { drawn, type Rgb } from '../fixtures/pictures.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

/** A tiny SigLIP 2 of random weights: it reads any language, and knows nothing. */
const CHECKPOINT = join(import.meta.dirname, '../fixtures/siglip2');
const DOCUMENT = join(import.meta.dirname, '../../docs/models.md');
const LANGUAGES = ['en', 'de', 'ja'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-siglip2-'));
  await runCli(['models', 'compile', CHECKPOINT, '--out', model()]);
  for (const [name, text] of await documentedLabelSets()) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

const model = () => join(folder, 'model');
const here = () => ({ env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') } });

/** The label sets that docs/models.md shows, by the names of files that it gives them. */
async function documentedLabelSets(): Promise<ReadonlyArray<readonly [string, string]>> {
  const document = await readFile(DOCUMENT, 'utf8');
  return [...document.matchAll(/```yaml\n(name: (sights-\w\w)\n[^`]*)```/g)].map(
    ([, text = '', name = '']) => [`${name}.yaml`, text] as const,
  );
}

/** A picture that differs from those of other numbers. */
function striped(number: number): Promise<Buffer> {
  const colour = (x: number, y: number): Rgb => [(x * number) % 256, (y * number) % 256, (x * y) % 256];
  return drawn(64, 64, colour).png().toBuffer();
}

describe('a SigLIP 2 on the command line', () => {
  it('compiles, and says what its tokens are', async () => {
    const listed = await runCli(['models', 'compile', CHECKPOINT, '--out', join(folder, 'again'), '--json']);
    expect(jsonLines(listed)).toEqual([
      expect.objectContaining({
        files: expect.objectContaining({ tokenizer: expect.objectContaining({ path: 'tokenizer.bin' }) }),
      }),
    ]);
    const tokens = await runCli(['tokenize', '猫の写真', '--model', model(), '--json']);
    expect(jsonLines(tokens)).toEqual([{ text: '猫の写真', ids: [1325, 1] }]);
    const bars = ['--against', CHECKPOINT, '--min-cosine', '0.9', '--labels', join(folder, 'sights-ja.yaml')];
    expect(await runCli(['models', 'verify', model(), ...bars])).toMatchObject({ code: 0 });
  });

  it('tags the same pictures by the label sets of docs/models.md, in three languages', async () => {
    const sets = LANGUAGES.flatMap((language) => ['--labels', join(folder, `sights-${language}.yaml`)]);
    const result = await runCli(['tag', SAMPLE_FOLDER, '--model', model(), ...sets, '--json'], here());
    expect(result).toMatchObject({ code: 0 });
    const pictures = jsonLines<{ tags: { set: string; label: string; score: number }[] }>(result);
    expect(pictures).toHaveLength(7);
    const labels = new Set(pictures.flatMap(({ tags }) => tags.map(({ label }) => label)));
    expect([...labels].some((label) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(label))).toBe(true);
    expect([...labels].some((label) => label.startsWith('eine'))).toBe(true);
    for (const { tags } of pictures) for (const { score } of tags) expect(score).toBeLessThanOrEqual(1);
  });

  it('has its label sets calibrated by pictures whose labels are known', async () => {
    for (const [name, seeds] of [
      ['猫', 5],
      ['花', 5],
    ] as const) {
      await mkdir(join(folder, 'known', name), { recursive: true });
      for (let i = 0; i < seeds; i++)
        await writeFile(join(folder, 'known', name, `${i}.png`), await striped(i + name.charCodeAt(0)));
    }
    const result = await runCli(
      [
        ...['labels', 'calibrate', join(folder, 'sights-ja.yaml'), '--from', join(folder, 'known')],
        ...['--no-collection', '--model', model(), '--yes', '--json'],
      ],
      here(),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(jsonLines(result)).toEqual([
      expect.objectContaining({ isWritten: true, images: expect.objectContaining({ labelled: 10 }) }),
    ]);
    expect(await readFile(join(folder, 'sights-ja.fits.json'), 'utf8')).toContain('花');
  });
});
