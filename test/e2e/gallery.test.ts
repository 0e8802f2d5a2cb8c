import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import type { PagePorts, ShownImage } from '../../functions/local/page-server/page-ports.ts';
import { startPageServer } from '../../functions/local/page-server/page-server.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
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

const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium)
  console.info(`Skipped: the gallery in a browser, which takes ${CHROMIUM} (apt-get install chromium)`);

describe.skipIf(!hasChromium)('the gallery', () => {
  let removeFolder: () => Promise<void>;
  let pipeline: RunningPipeline;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    const { folder, remove } = await makeFolder();
    removeFolder = remove;
    pipeline = await startPipelineProcess(folder);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-sync',
        '--no-first-run',
      ],
    });
    page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(pipeline.galleryUrl);
  });
  afterAll(async () => {
    await browser.close();
    await pipeline.interrupt();
    await removeFolder();
  });

  const card = (name: string) => page.locator('.image', { has: page.locator('h2', { hasText: name }) });

  it('shows the sample photographs with their tags and scores', async () => {
    await card('chelsea.png').waitFor();
    expect(await page.locator('.image').count()).toBe(7);
    const record = await recordOf(pipeline, 'chelsea.png');
    for (const { label, score } of record?.tags ?? []) {
      expect(await card('chelsea.png').textContent()).toContain(label);
      expect(await card('chelsea.png').textContent()).toContain(score.toFixed(2));
    }
    const picture = card('chelsea.png').locator('img');
    await waitUntil(() => picture.evaluate((img) => 'naturalWidth' in img && Number(img.naturalWidth) > 0));
  });

  it('shows what is uploaded while it is open, and failed ones with their reason', async () => {
    const text = Buffer.from('no picture');
    await bucketOf(pipeline).put('note.jpg', text, text.length);
    await card('note.jpg').waitFor();
    expect(await card('note.jpg').textContent()).toMatch(/failed: Expected /);
  });

  it('takes a chosen file', async () => {
    await page.setInputFiles('input[type=file]', {
      name: 'chosen.jpg',
      mimeType: 'image/jpeg',
      buffer: await readFile(join(SAMPLE_FOLDER, 'flower.jpg')),
    });
    await card('chosen.jpg').waitFor();
    expect(await recordOf(pipeline, 'chosen.jpg')).toMatchObject({ status: 'tagged', format: 'jpeg' });
  });

  it('takes a dropped file', async () => {
    // As text, since it runs in the page, whose types this project has no use for elsewhere.
    await page.evaluate(`(async () => {
      const answer = await fetch('/thumbnail?bucket=photos&key=coffee.png');
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([await answer.blob()], 'dropped ü #1.webp'));
      document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await card('dropped ü #1.webp').waitFor();
    expect(await recordOf(pipeline, 'dropped ü #1.webp')).toMatchObject({ status: 'tagged', format: 'webp' });
  });

  it('marks what another model has tagged', async () => {
    const record = await recordOf(pipeline, 'camera.png');
    if (!record) throw new Error('Expected a record of camera.png');
    const earlier = { ...record, modelDigest: 'another', revision: record.revision + 1 };
    await tableOf(pipeline).write(putImageRecord(earlier));
    await page.reload();
    await card('camera.png').waitFor();
    expect(await card('camera.png').textContent()).toContain('Tagged by another model');
    expect(await card('coffee.png').textContent()).not.toContain('another model');
  });

  it('forgets what is removed from the bucket', async () => {
    const s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
    await s3.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'note.jpg' }));
    await card('note.jpg').waitFor({ state: 'detached' });
    expect(await page.locator('#counts').textContent()).toBe('9 images');
  });

  it('keeps no more than the newest 500, however many come while it is open', async () => {
    const image = (number: number): ShownImage => ({
      ...{ bucket: 'photos', key: `${number}.jpg`, status: 'failed', reason: 'none', eTag: 'e', tags: [] },
      recordedAt: '',
    });
    const listed = Array.from({ length: 500 }, (_, number) => image(number));
    const gallery = await startPageServer(0, { images: async () => listed } as unknown as PagePorts);
    const many = await browser.newPage();
    await many.goto(`http://127.0.0.1:${gallery.port}`);
    const counts = many.locator('#counts', { hasText: 'the newest 500 images, 500 without tags' });
    await counts.waitFor();
    for (const number of [500, 501, 7]) gallery.show(image(number));
    await many.locator('.image:first-child h2', { hasText: /^7\.jpg$/ }).waitFor();
    await counts.waitFor();
    const names = await many.locator('.image h2').allTextContents();
    expect(names).toHaveLength(500);
    expect(names.slice(0, 3)).toEqual(['7.jpg', '501.jpg', '500.jpg']);
    expect(names.at(-1)).toBe('2.jpg');
    await many.close();
    await gallery.close();
  });

  it('refuses what pages of other origins ask', async () => {
    const asked = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        get(`${pipeline.galleryUrl}/images.json`, { headers }, ({ statusCode }) => resolve(statusCode)).on(
          'error',
          reject,
        );
      });
    expect(await asked({ origin: 'http://example.com' })).toBe(403);
    expect(await asked({ host: 'rebound.example.com' })).toBe(403);
    expect(await asked({})).toBe(200);
  });

  it('meets no fault of its own in all that', async () => {
    if (process.env.CLIPTAG_SCREENSHOT)
      await page.screenshot({ path: process.env.CLIPTAG_SCREENSHOT, fullPage: true });
    expect(faults).toEqual([]);
  });
});
