import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingSerious } from './support/accessibility.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { eventually, shows } from './support/shown.ts';
import { makeFolder, type RunningPipeline, recordOf, startPipelineProcess } from './support.ts';

tellWithoutChromium('label sets in the page');

/** One page throughout, as somebody uses it; each test leaves it for the next. */
describe.skipIf(!hasChromium)('label sets in the page', () => {
  let folder: string;
  let removeFolder: () => Promise<void>;
  let pipeline: RunningPipeline;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  const pets = (labels: string) => `name: given\nversion: 1\nmode: independent\nlabels: [${labels}]\n`;
  const start = () => startPipelineProcess(join(folder, 'data'), '--labels', join(folder, 'given.yaml'));

  /** Opens the page in place of the one before. */
  const open = async (path: string) => {
    const opened = await openPage(browser, `${pipeline.pageUrl}${path}`);
    opened.page.on('close', () => faults.push(...opened.faults));
    ({ page } = opened);
  };

  beforeAll(async () => {
    ({ folder, remove: removeFolder } = await makeFolder());
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'given.yaml'), pets('flower'));
    [pipeline, browser] = await Promise.all([start(), openBrowser()]);
    await open('/');
  });
  afterAll(async () => {
    await page.close();
    await browser.close();
    await pipeline.interrupt();
    await removeFolder();
    expect(faults).toEqual([]);
  });

  const view = (name: string) => page.locator('.navigation a', { hasText: name }).click();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const preview = (label: string) => page.locator('.label-preview', { hasText: label });
  const countOf = (label: string) => preview(label).locator('.count');
  const banner = (text: string) => page.locator('.label-sets-banner', { hasText: text });
  const tagAnew = async () => {
    await button('Tag anew').click();
    const told = page.locator('.notice.done', { hasText: 'got other tags' });
    await told.waitFor();
    await page.locator('.label-sets-banner').waitFor({ state: 'detached' });
    // The next one must not be taken for told by this one, which goes by itself as well.
    await told
      .getByRole('button', { name: 'Dismiss' })
      .click({ timeout: 4_000 })
      .catch(() => {});
    await told.waitFor({ state: 'detached' });
  };
  const labelsOf = async (key: string) => (await recordOf(pipeline, key))?.tags.map(({ label }) => label);

  it('shows what words would find as they are typed', async () => {
    await view('Labels');
    await page.locator('.label-set-card', { hasText: 'given.yaml' }).waitFor();
    await button('New label set').click();
    const words = page.getByLabel('Labels, one a line');
    await words.pressSequentially('cat');
    await preview('cat')
      .locator('figure', { hasText: /0\.\d\d/ })
      .first()
      .waitFor();
    await words.pressSequentially('\nrocket');
    await preview('rocket').locator('img').first().waitFor();
    const best = (label: string) =>
      eventually(() => preview(label).locator('figure').first().getAttribute('title'));
    await best('cat').toContain('chelsea.png');
    await best('rocket').toContain('rocket.jpg');
    await shows(countOf('cat'), '1');
    const score = page.getByLabel(/^Lowest score/);
    await score.fill('0.05');
    await eventually(async () => Number(await countOf('cat').textContent())).toBeGreaterThan(1);
    await button('One of these').click();
    await eventually(() => score.inputValue()).toBe('0.7');
    await button('Any of these').click();
    await eventually(() => score.inputValue()).toBe('0.75');
    await shows(countOf('cat'), '1');
    // Nothing is written by looking.
    expect(await labelsOf('chelsea.png')).not.toContain('cat');
  });

  it('has nothing serious for those who do not see it', () => expectNothingSerious(page));

  it('takes them into use when they are saved, and tags anew at a button', async () => {
    const name = page.getByLabel('Name of the label set');
    await eventually(() => name.getAttribute('placeholder')).toBe('cat');
    await name.fill('given');
    await page.locator('.field-fault', { hasText: 'already' }).waitFor();
    await name.fill('my-pets');
    await button('Save').click();
    await page.locator('.label-set-card', { hasText: 'my-pets' }).waitFor();
    await banner('7 pictures have tags of other label sets').waitFor();
    await banner('label set my-pets: new, with 2 labels (cat, rocket)').waitFor();
    await tagAnew();
    expect(await labelsOf('chelsea.png')).toContain('cat');
    await view('Pictures');
    const tile = page.locator('.tile', { has: page.locator('.tile-name', { hasText: 'chelsea.png' }) });
    await tile.locator('.tag', { hasText: /^cat$/ }).waitFor();
    expect(await readFile(join(folder, 'data', 'labels', 'my-pets.yaml'), 'utf8')).toContain('- rocket\n');
  });

  it('follows a file that is changed, and tells what is wrong with it', async () => {
    await writeFile(join(folder, 'given.yaml'), 'name: given\nversion: 1\nmode: any\nlabels: [flower]\n');
    await banner('line 3, column 7').waitFor();
    await writeFile(join(folder, 'given.yaml'), pets('flower, cup'));
    await banner('label set given: 1 label added (cup)').waitFor();
    await eventually(() => pipeline.output()).toContain('label set given: 1 label added (cup)');
    await tagAnew();
  });

  it('keeps them over a restart, and lets them be changed and removed', async () => {
    await page.close();
    await pipeline.interrupt();
    pipeline = await start();
    await open('/?view=labels');
    await page.locator('.label-set-card', { hasText: 'my-pets' }).waitFor();
    expect(await page.locator('.label-sets-banner').count()).toBe(0);
    await button('Edit my-pets').click();
    const words = page.getByLabel('Labels, one a line');
    await eventually(() => words.inputValue()).toBe('cat\nrocket');
    await words.fill('cat\nastronaut');
    await preview('astronaut').waitFor();
    await button('Save').click();
    await banner('1 label added (astronaut), 1 label removed (rocket)').waitFor();
    await button('Remove my-pets').click();
    await button('Remove my-pets and its tags').click();
    await page.locator('.label-set-card', { hasText: 'my-pets' }).waitFor({ state: 'detached' });
    await tagAnew();
    expect(await labelsOf('chelsea.png')).not.toContain('cat');
  });
});
