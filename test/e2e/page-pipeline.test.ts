import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { eventually, shows } from './support/shown.ts';
import {
  bucketOf,
  credentials,
  makeFolder,
  type RunningPipeline,
  recordOf,
  region,
  startPipelineProcess,
  tableOf,
  waitUntil,
} from './support.ts';

tellWithoutChromium('the page of a running pipeline');

/** One page throughout, as somebody uses it; each test leaves it for the next. */
describe.skipIf(!hasChromium)('the page of a running pipeline', () => {
  let removeFolder: () => Promise<void>;
  let pipeline: RunningPipeline;
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];

  beforeAll(async () => {
    const { folder, remove } = await makeFolder();
    removeFolder = remove;
    [pipeline, browser] = await Promise.all([startPipelineProcess(folder), openBrowser()]);
    ({ page, faults } = await openPage(browser, pipeline.pageUrl));
  });
  afterAll(async () => {
    await browser.close();
    await pipeline.interrupt();
    await removeFolder();
  });

  const tile = (name: string) =>
    page.locator('.tile', { has: page.locator('.tile-name', { hasText: name }) });
  const count = (text: string) => page.locator('.heading p', { hasText: text }).waitFor();

  it('shows the sample photographs with their tags', async () => {
    await count('7 pictures');
    const record = await recordOf(pipeline, 'chelsea.png');
    for (const { label } of record?.tags ?? [])
      await tile('chelsea.png').locator('.tag', { hasText: label }).waitFor();
    const picture = tile('chelsea.png').locator('img');
    await waitUntil(() => picture.evaluate((img) => 'naturalWidth' in img && Number(img.naturalWidth) > 0));
  });

  it('shows what comes into the bucket, and why it has no tags', async () => {
    const text = Buffer.from('no picture');
    await bucketOf(pipeline).put('note.jpg', text, text.length);
    await tile('note.jpg').waitFor();
    await page.locator('.navigation a', { hasText: 'Without tags' }).click();
    await page.locator('.failure', { hasText: 'note.jpg' }).locator('p', { hasText: 'Expected ' }).waitFor();
    await page.locator('.failure button', { hasText: 'Try again' }).click();
    await page.locator('.notice.done', { hasText: 'note.jpg' }).waitFor();
    await page.locator('.navigation a', { hasText: 'Pictures' }).click();
  });

  it('says why a picture carries a label, and why not another one', async () => {
    await tile('chelsea.png').locator('.tile-picture').click();
    await page.locator('button[aria-label="Why cat?"]').click();
    await page.locator('.tag-line .why-panel', { hasText: 'chelsea.png is tagged cat' }).waitFor();
    await page.locator('.tag-line .carriers li', { hasText: 'a photo of a cat' }).waitFor();
    await page.locator('.why-not input').fill('Hound');
    await page.keyboard.press('Enter');
    await page.locator('.why-not .why-panel', { hasText: 'it would need a cosine of' }).waitFor();
    await page.locator('.why-not input').blur();
    await page.keyboard.press('Escape');
    await page.locator('.details').waitFor({ state: 'detached' });
  });

  it('takes files, two of the same name as two', async () => {
    const file = async (name: string, sample: string) => ({
      ...{ name, mimeType: 'image/jpeg' },
      buffer: await readFile(join(SAMPLE_FOLDER, sample)),
    });
    const files = await Promise.all([
      file('flower.jpg', 'coffee.png'),
      file('flower.jpg', 'flower.jpg'),
      file('dropped ü #1.jpg', 'rocket.jpg'),
    ]);
    await page.setInputFiles('.head input[multiple]:not([webkitdirectory])', files);
    await page.locator('.upload-panel', { hasText: '2 uploaded · 1 already there' }).waitFor();
    await count('10 pictures');
    await eventually(() => page.locator('.tile-name', { hasText: /^flower/ }).count()).toBe(2);
    expect(await recordOf(pipeline, 'dropped ü #1.jpg')).toMatchObject({ status: 'tagged', format: 'jpeg' });
    await page.locator('.upload-panel button[aria-label^="Close"]').click();
  });

  it('finds by label and by words', async () => {
    await tile('chelsea.png').locator('.tag', { hasText: /^cat$/ }).click();
    await count('1 picture');
    await page.locator('#search').fill('a photo of a cat');
    await page.keyboard.press('Enter');
    await count('relevant');
    await shows(page.locator('.tile-name').first(), /chelsea\.png/);
    await page.locator('#search').fill('label:dgo');
    await page.keyboard.press('Enter');
    await page.locator('.query-fault mark', { hasText: 'dgo' }).waitFor();
    await page.locator('button[aria-label="Clear the search"]').click();
    await count('10 pictures');
  });

  it('corrects what the model says, for good', async () => {
    await tile('chelsea.png').locator('.tile-picture').click();
    await page.locator('.details button[aria-label="Remove cat"]').click();
    await page.locator('.notice.done', { hasText: 'cat' }).waitFor();
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.locator('.details .removed', { hasText: 'cat' }).waitFor();
    expect((await recordOf(pipeline, 'chelsea.png'))?.tags.map(({ label }) => label)).not.toContain('cat');
    await page.locator('.details .removed button').click();
    await page.locator('.details .tag-line', { hasText: 'cat' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.pswp').waitFor({ state: 'detached' });
  });

  it('marks what another model has tagged, as soon as it is written', async () => {
    const record = await recordOf(pipeline, 'camera.png');
    if (!record) throw new Error('Expected a record of camera.png');
    await tile('camera.png').locator('.tile-picture').click();
    await page.locator('.details h2', { hasText: 'camera.png' }).waitFor();
    await tableOf(pipeline).write(
      putImageRecord({ ...record, modelDigest: 'another', revision: record.revision + 1 }),
    );
    await page.locator('.details .why', { hasText: 'Tagged by another model' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.pswp').waitFor({ state: 'detached' });
  });

  it('forgets what is removed from the bucket', async () => {
    const s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
    await s3.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'note.jpg' }));
    await tile('note.jpg').waitFor({ state: 'detached' });
    await count('9 pictures');
  });

  it('meets no fault of its own in all that', () => expect(faults).toEqual([]));
});
