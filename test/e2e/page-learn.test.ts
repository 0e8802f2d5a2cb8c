import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { expectNothingSerious } from './support/accessibility.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { eventually } from './support/shown.ts';
import {
  bucketOf,
  makeFolder,
  type RunningPipeline,
  recordOf,
  startPipelineProcess,
  waitForRecord,
} from './support.ts';

tellWithoutChromium('learning labels in the page');

/** Parts of sample photographs: from where, and how much of the width and height, in percent. */
const CROPS = {
  'chelsea.png': [
    [0, 0, 80, 90],
    [10, 5, 85, 90],
    [15, 0, 75, 100],
    [5, 10, 90, 80],
    [20, 5, 70, 85],
  ],
  'coffee.png': [
    [0, 0, 80, 90],
    [10, 5, 85, 90],
    [20, 10, 75, 85],
  ],
} as const;

/** One page throughout, as somebody uses it; each test leaves it for the next. */
describe.skipIf(!hasChromium)('learning labels in the page', () => {
  let folder: string;
  let removeFolder: () => Promise<void>;
  let pipeline: RunningPipeline;
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = await makeFolder());
    const pictures = Object.entries(CROPS).flatMap(([name, crops]) =>
      crops.map(async (crop, i) => {
        const bytes = await cropped(join(SAMPLE_FOLDER, name), crop);
        return { key: `${name.replace('.png', '')}-${i}.jpg`, bytes };
      }),
    );
    [pipeline, browser] = await Promise.all([startPipelineProcess(join(folder, 'data')), openBrowser()]);
    for (const { key, bytes } of await Promise.all(pictures))
      await bucketOf(pipeline).put(key, bytes, bytes.length);
    for (const { key } of await Promise.all(pictures)) await waitForRecord(pipeline, key);
    ({ page, faults } = await openPage(browser, `${pipeline.pageUrl}/?order=name`));
    await page.locator('.heading p', { hasText: '15 pictures' }).waitFor();
    await page.locator('.tile').nth(14).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await pipeline.interrupt();
    await removeFolder();
    expect(faults).toEqual([]);
  });

  const tile = (name: string) =>
    page.locator('.tile', { has: page.locator('.tile-name', { hasText: name }) });
  const check = (name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const selected = (text: string) => page.locator('.selection-bar b', { hasText: text }).waitFor();
  const type = async (text: string) => {
    await page.locator('.dialog input:focus').waitFor();
    await page.keyboard.type(text);
  };
  const labelsOf = async (key: string) => (await recordOf(pipeline, key))?.tags.map(({ label }) => label);
  const dialogIsClosed = () => page.locator('.dialog').waitFor({ state: 'detached' });
  const tagAnew = async () => {
    await page.locator('.dialog').getByRole('button', { name: 'Tag anew' }).click();
    await page.locator('.notice.done', { hasText: 'got other tags' }).waitFor();
    await page.locator('.label-sets-banner').waitFor({ state: 'detached' });
  };

  it('corrects a label of all selected pictures, for good', async () => {
    await check('coffee-0.jpg').click({ force: true });
    await check('coffee-2.jpg').click({ modifiers: ['Shift'] });
    await selected('3 pictures selected');
    await button('Add label …').click();
    await type('zebra crossing of some kind');
    await page.keyboard.press('Enter');
    await page.locator('.dialog .field-fault').waitFor();
    expect(await labelsOf('coffee-0.jpg')).not.toContain('dog');
    await page.locator('.dialog input').first().fill('dog');
    await page.keyboard.press('Enter');
    await page.locator('.notice.done', { hasText: '“dog” added to 3 pictures' }).waitFor();
    for (const key of ['coffee-0.jpg', 'coffee-1.jpg', 'coffee-2.jpg'])
      expect(await labelsOf(key)).toContain('dog');
    await dialogIsClosed();
    await tile('coffee-1.jpg').locator('.tag', { hasText: /^dog$/ }).waitFor();
    await button('Remove label …').click();
    await type('dog');
    await page.keyboard.press('Enter');
    await page.locator('.notice.done', { hasText: '“dog” removed from 3 pictures' }).waitFor();
    expect(await labelsOf('coffee-2.jpg')).not.toContain('dog');
    await dialogIsClosed();
    await page.keyboard.press('Escape');
    await page.locator('.selection-bar').waitFor({ state: 'detached' });
  });

  it('tries a label with pictures that have it and others that have not, and writes nothing', async () => {
    await check('chelsea-0.jpg').click({ force: true });
    await check('chelsea-3.jpg').click({ modifiers: ['Shift'] });
    await check('coffee-0.jpg').click();
    await selected('5 pictures selected');
    await button('Learn a label …').click();
    await type('pip');
    const dialog = page.getByRole('dialog', { name: 'Learn a label' });
    await eventually(() => dialog.getByLabel('Label set', { exact: true }).inputValue()).toBe('');
    const name = dialog.getByLabel('Name of the label set');
    await eventually(() => name.getAttribute('placeholder')).toBe('mine');
    await dialog.getByRole('button', { name: 'coffee-0.jpg: does not show it' }).click();
    await dialog.locator('.examples', { hasText: '4 with it, 1 without' }).waitFor();
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await dialog.locator('.trial-verdict', { hasText: /stands above \d+\.\d % of all others/ }).waitFor();
    const finds = dialog.locator('.label-preview figure');
    await finds.first().waitFor();
    // The cat is found where it has not been shown, before all else.
    await eventually(() => finds.first().getAttribute('title')).toMatch(/^chelsea/);
    await dialog.getByRole('button', { name: /^Save/ }).waitFor();
    const answer = (await (await fetch(`${pipeline.pageUrl}/api/v1/label-sets`)).json()) as {
      labelSets: { name: string }[];
    };
    expect(answer.labelSets.map(({ name }) => name)).not.toContain('mine');
    await expectNothingSerious(page);
  });

  it('asks to try again once anything has changed', async () => {
    const dialog = page.getByRole('dialog', { name: 'Learn a label' });
    const toggle = dialog.getByRole('button', { name: 'coffee-0.jpg: does not show it' });
    await toggle.click();
    await dialog.getByRole('button', { name: 'Try it' }).waitFor();
    await dialog.locator('.trial-verdict').waitFor({ state: 'detached' });
    await toggle.click();
    await dialog.locator('.trial-verdict').waitFor();
  });

  it('saves it, and tags the others anew at a button', async () => {
    const dialog = page.getByRole('dialog', { name: 'Learn a label' });
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await dialog
      .locator('p', {
        hasText: '“pip” of the label set mine is learned from 4 pictures and 1 counterexample',
      })
      .waitFor();
    await eventually(() => page.evaluate('document.activeElement.textContent')).toBe('Tag anew');
    await tagAnew();
    expect(await labelsOf('chelsea-4.jpg')).toContain('pip');
    expect(await labelsOf('coffee-1.jpg')).not.toContain('pip');
    await tile('chelsea-4.jpg').locator('.tag', { hasText: /^pip$/ }).waitFor();
    await page.locator('.selection-bar').waitFor({ state: 'detached' });
    expect(await readFile(join(folder, 'data', 'labels', 'mine.yaml'), 'utf8')).toContain('- pip\n');
    const { fits } = JSON.parse(await readFile(join(folder, 'data', 'labels', 'mine.fits.json'), 'utf8'));
    expect(Object.values(fits)).toMatchObject([
      { labels: { pip: { examples: { positive: { length: 4 }, negative: { length: 1 } } } } },
    ]);
  });

  it('leaves the label set that comes with Cliptag as it is', async () => {
    const refused = await fetch(`${pipeline.pageUrl}/api/v1/label-sets/learn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        set: 'general',
        label: 'cat',
        positive: [{ bucket: 'photos', key: 'chelsea.png' }],
      }),
    });
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('comes with Cliptag');
  });

  it('teaches it more by keys alone, and can forget what was before', async () => {
    await tile('coffee-1.jpg').locator('.tile-picture').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowRight');
    await selected('2 pictures selected');
    await button('Learn a label …').focus();
    await page.keyboard.press('Enter');
    await type('Pip');
    const dialog = page.getByRole('dialog', { name: 'Learn a label' });
    await eventually(() => dialog.getByLabel('Label set', { exact: true }).inputValue()).toBe('mine');
    await page.keyboard.press('Enter');
    await dialog.locator('.trial-verdict').waitFor();
    await dialog.getByLabel('Forget 5 examples of before').focus();
    await page.keyboard.press(' ');
    await dialog.getByRole('button', { name: 'Try it' }).focus();
    await page.keyboard.press('Enter');
    await dialog.locator('.trial-verdict').waitFor();
    await dialog.getByRole('button', { name: /^Save/ }).focus();
    await page.keyboard.press('Enter');
    await dialog.locator('p', { hasText: 'is learned from 2 pictures, and in use' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.label-sets-banner', { hasText: 'have tags of other label sets' }).waitFor();
  });
});

type Crop = readonly [left: number, top: number, width: number, height: number];

async function cropped(path: string, crop: Crop): Promise<Buffer> {
  const { width, height } = await sharp(path).metadata();
  const [left, top, wide, high] = crop.map((percent, i) =>
    Math.floor((percent / 100) * (i % 2 === 0 ? width : height)),
  ) as [number, number, number, number];
  return sharp(path)
    .extract({ left, top, width: Math.min(wide, width - left), height: Math.min(high, height - top) })
    .jpeg()
    .toBuffer();
}
