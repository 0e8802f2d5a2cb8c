import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../functions/cli/commands/evaluate/evaluation.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { type CliResult, jsonLines, runCli } from './support/cli-process.ts';
import { eventually } from './support/shown.ts';

const HOSTILE = '<img src=x onerror=alert(1)> & "co"';
let folder: string;
/** What came of the run that wrote page.html. */
let written: CliResult;

/** Pictures by label; of the cat that is a rocket as well one answer at least is wrong, whatever the model says. */
const PICTURES = {
  'coffee_cup/coffee.png': 'coffee.png',
  'cat/chelsea.png': 'chelsea.png',
  'rocket/night/rocket.jpg': 'rocket.jpg',
  'rocket/chelsea.png': 'chelsea.png',
  [`${HOSTILE}/chelsea.png`]: 'chelsea.png',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-evaluate-'));
  for (const [path, sample] of Object.entries(PICTURES)) {
    await mkdir(join(folder, 'photos', path, '..'), { recursive: true });
    await copyFile(join(SAMPLE_FOLDER, sample), join(folder, 'photos', path));
  }
  await writeFile(join(folder, 'photos', 'cat', 'broken.jpg'), 'no picture');
  const labels = [{ name: 'cat', parent: 'pet' }, { name: 'coffee', synonyms: ['Coffee Cup'] }, 'rocket'];
  const labelSet = { name: 'things', version: 1, mode: 'exclusive', labels, minimumScore: 0 };
  await writeFile(join(folder, 'things.json'), JSON.stringify(labelSet));
  written = await evaluate('photos', '--html', 'page.html');
});
afterAll(() => rm(folder, { recursive: true }));

const evaluate = (...args: string[]) => runCli(['evaluate', ...args], { cwd: folder });

async function evaluation(...args: string[]): Promise<Evaluation> {
  const result = await evaluate(...args, '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const [value, ...others] = jsonLines<Evaluation>(result);
  expect(others).toEqual([]);
  if (!value) throw new Error('Expected a JSON object');
  return value;
}

describe('cliptag evaluate', () => {
  it('measures a folder of labelled pictures among its own labels', async () => {
    const { pictures, broken, results, model, modelDigest } = await evaluation('photos');
    expect({ pictures, model }).toEqual({ pictures: 5, model: 'embedded' });
    expect(modelDigest).toMatch(/^[0-9a-f]{16}$/);
    expect(broken.map(({ path }) => path)).toEqual([join('photos', 'cat', 'broken.jpg')]);
    const [result] = results;
    expect(result).toMatchObject({ candidates: 'own', mode: 'exclusive', labels: 4, pictures: 5, top5: 1 });
    // One picture has three labels here, so two answers at least are wrong.
    expect(result?.top1).toBeLessThanOrEqual(3 / 5);
    const confused = result?.confusions.reduce((sum, pair) => sum + pair.pictures, 0);
    expect(confused).toBe(Math.round(5 * (1 - (result?.top1 ?? 0))));
    const inBins = result?.calibration.bins.reduce((sum, { count }) => sum + count, 0);
    expect(inBins).toBe(5);
    expect(result).not.toHaveProperty('tags');
  });

  it('measures a label set, and names the pictures whose labels it does not know', async () => {
    const { pictures, results } = await evaluation('photos', '--labels', 'things.json');
    expect(pictures).toBe(4);
    expect(results[0]).toMatchObject({
      ...{ candidates: 'label-set', labelSet: 'things', labels: 3, pictures: 4 },
      unknown: [{ label: HOSTILE, pictures: 1 }],
    });
    // With a minimum score of 0 every label and parent is shown.
    expect(results[0]?.tags).toMatchObject({ tagsPerPicture: 4, picturesTagged: 1, picturesRight: 1 });
  });

  it('prints tables for people without --json', async () => {
    const { code, stdout } = await evaluate('photos');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^photos: 5 pictures, model embedded [0-9a-f]{16}, [\d.]+ ms a picture$/m);
    expect(stdout).toMatch(
      /^ {2}broken pictures, left out \(1\):\n {4}photos\/cat\/broken\.jpg {2}Expected /m,
    );
    expect(stdout).toMatch(/^ {2}top-1 [\d.]+ %, top-5 100\.0 %, ECE 0\.\d{3}$/m);
    expect(stdout).toMatch(/^ {2}weakest labels +pictures +recall +precision$/m);
    expect(stdout).toMatch(/^ {2}most confused +with +pictures$/m);
  });

  it('takes pictures at equal distances with --limit', async () => {
    expect((await evaluation('photos', '--limit', '2')).pictures).toBeLessThanOrEqual(2);
  });

  it('ends in exit code 1 when there are no pictures, or none that could be measured', async () => {
    await mkdir(join(folder, 'empty', 'cat'), { recursive: true });
    const stderr = 'cliptag evaluate: there are no images in empty\n';
    expect(await evaluate('empty')).toEqual({ code: 1, stdout: '', stderr });
    await writeFile(join(folder, 'lost.jsonl'), '{"path":"a.jpg","labels":["cat"]}\n');
    const result = await evaluate('lost.jsonl', '--labels', 'things.json', '--json');
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('not one picture') });
    expect(jsonLines<Evaluation>(result)[0]?.broken).toHaveLength(1);
  });

  it.concurrent.each<[string[], RegExp]>([
    [[], /expected one FOLDER or MANIFEST/],
    [['missing'], /no such file or folder: missing/],
    [['photos/cat'], /expected a folder for each label in photos\/cat/],
    [['photos/cat/broken.jpg'], /photos\/cat\/broken\.jpg is not a manifest/],
    [['photos', '--labels', 'missing.yaml'], /missing\.yaml: .* there is nothing/],
    [['photos', '--model', 'missing'], /model folder .* missing/],
    [['photos', '--html', '.'], /--html: expected a file but \. is a folder/],
    [['photos', '--html', 'nowhere/page.html'], /--html: there is no folder nowhere/],
    [['photos', '--held-out', 'missing.json'], /--held-out: cannot read missing\.json \(ENOENT\)/],
    [['photos', '--held-out', 'things.json'], /Expected a JSON list of labels/],
    [['photos', '--held-out', 'a.json', '--labels', 'things.json'], /does not go with --labels/],
  ])('rejects %j with one line', async (args, message) => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

tellWithoutChromium('the evaluation page in a browser');

describe('the page of cliptag evaluate', () => {
  const file = () => join(folder, 'page.html');

  it('is written beside the answer', () => {
    expect(written).toMatchObject({ code: 0, stderr: 'cliptag evaluate: the page is page.html\n' });
    expect(written.stdout).toMatch(/^photos: 5 pictures/);
  });

  it('needs nothing beside itself, and escapes all names', async () => {
    const html = await readFile(file(), 'utf8');
    expect(html).not.toMatch(/<script|<link|@import|url\(|https?:/);
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;co&quot;');
    expect((await stat(file())).size).toBeLessThan(200_000);
  });

  describe.skipIf(!hasChromium)('in a browser', () => {
    let browser: Browser;
    let page: Page;
    let faults: readonly string[];

    beforeAll(async () => {
      browser = await openBrowser();
      const options = {
        viewport: { width: 1100, height: 800 },
        colorScheme: 'dark',
        listens: false,
      } as const;
      ({ page, faults } = await openPage(browser, `file://${file()}`, options));
    });
    afterAll(() => browser.close());

    it('shows the figures, the calibration curve and the tables', async () => {
      await page.locator('.left-out').waitFor();
      expect(await page.locator('.figures dt').allTextContents()).toEqual([
        ...['Top-1', 'Top-5', 'Calibration error', 'Pictures'],
      ]);
      expect(await page.locator('.figures strong').nth(1).textContent()).toBe('100.0 %');
      expect(await page.locator('svg.calibration rect.right').count()).toBeGreaterThan(0);
      const labels = await page.locator('.scroll').first().locator('tbody td:first-child').allTextContents();
      expect([...labels].sort()).toEqual([HOSTILE, 'cat', 'coffee cup', 'rocket']);
      expect(await page.locator('.left-out').textContent()).toContain('broken.jpg');
    });

    it('shows the pictures that went wrong, with what was expected and the best labels', async () => {
      const cards = page.locator('.errors article');
      expect(await cards.count()).toBeGreaterThanOrEqual(2);
      for (const card of await cards.all()) {
        expect(await card.locator('h4').textContent()).toMatch(/ taken for /);
        expect(await card.locator('li').count()).toBe(4);
        const width = () => card.locator('img').evaluate((img) => 'naturalWidth' in img && img.naturalWidth);
        await eventually(width).toBe(240);
      }
    });

    it('follows the reader to dark, by its own policy alone', async () => {
      const background = "getComputedStyle(document.body).getPropertyValue('background-color')";
      await eventually(() => page.evaluate(background)).toBe('rgb(22, 22, 22)');
      await page.emulateMedia({ colorScheme: 'light' });
      await eventually(() => page.evaluate(background)).toBe('rgb(250, 250, 250)');
      expect(faults).toEqual([]);
    });
  });
});
