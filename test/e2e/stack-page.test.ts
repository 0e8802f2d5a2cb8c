import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestSigner } from '../../functions/adapters/aws/request-signer.ts';
import { loopbackUrl } from '../../functions/local/http/loopback-server.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { type StackPage, startStackPage } from '../../functions/stack-page/stack-page.ts';
import { type DeployedApi, startDeployedApi } from '../fixtures/deployed-api.ts';
import { CALLER, type FunctionUrlServer, startFunctionUrl } from '../fixtures/function-url-server.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { waitUntil } from './support.ts';

tellWithoutChromium('the page of a stack');

/** One page throughout; each test leaves it for the next. */
describe.skipIf(!hasChromium)('the page of a stack in a browser', () => {
  let api: DeployedApi;
  let lambda: FunctionUrlServer;
  let served: StackPage;
  let browser: Browser;
  let page: Page;
  let faults: readonly string[];

  beforeAll(async () => {
    const deployed = startDeployedApi({ keys: ['cat.png', 'in/é.png'], compareSeconds: 0, report: () => {} });
    [api, browser] = await Promise.all([deployed, openBrowser()]);
    lambda = await startFunctionUrl((request) => api.app.fetch(request));
    const sign = requestSigner({ service: 'lambda', region: 'eu-central-1', credentials: CALLER });
    served = await startStackPage({ port: 0, apiUrl: lambda.url, sign, intervalMilliseconds: 200 });
    ({ page, faults } = await openPage(browser, loopbackUrl(served.port)));
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await lambda?.close();
    await api?.close();
  });

  const tile = (name: string) =>
    page.locator('.tile', { has: page.locator('.tile-name', { hasText: name }) });
  const count = (text: string) => page.locator('.heading p', { hasText: text }).waitFor();

  it('shows the pictures of the bucket with their tags, and asks no other host', async () => {
    await count('3 pictures');
    for (const name of ['cat.png', 'é.png']) {
      const picture = tile(name).locator('img');
      await waitUntil(() => picture.evaluate((img) => 'naturalWidth' in img && Number(img.naturalWidth) > 0));
    }
    await tile('cat.png').locator('.tag').first().waitFor();
  });

  it('takes files into the bucket, and shows their tags as they are found', async () => {
    const buffer = await readFile(join(SAMPLE_FOLDER, 'flower.jpg'));
    const file = { name: 'flower ü #1.jpg', mimeType: 'image/jpeg', buffer };
    await page.setInputFiles('.head input[multiple]:not([webkitdirectory])', [file]);
    await page.locator('.upload-panel', { hasText: '1 uploaded' }).waitFor();
    await tile('flower ü #1.jpg').locator('.tag').first().waitFor();
    await count('4 pictures');
  });

  it('finds, and enlarges with corrections', async () => {
    await page.locator('#search').fill('prefix:in/');
    await page.keyboard.press('Enter');
    await count('1 picture');
    await page.locator('.tile-picture').first().click();
    const editor = page.locator('.tag-editor');
    await editor.locator('input').fill('dog');
    await page.keyboard.press('Enter');
    await editor.locator('.tag-line', { hasText: 'dog' }).locator('small', { hasText: 'by you' }).waitFor();
    await page.locator('.notice.done', { hasText: 'dog' }).waitFor();
    await page.locator('.pswp__button--close').click();
    await page.locator('.pswp').waitFor({ state: 'detached' });
  });

  it('has what failed worked on anew', async () => {
    await page.locator('.navigation a', { hasText: 'Without tags' }).click();
    await page.locator('.failure button', { hasText: 'Try again' }).click();
    await page.locator('.notice.done', { hasText: 'broken.jpg' }).waitFor();
    expect(api.sent.map((body) => JSON.parse(body).listedObject.key)).toEqual(['broken.jpg']);
  });

  it('says plainly that AWS lets nobody in, and goes on when it does', async () => {
    const Message = 'User: arn:aws:iam::1:user/x is not authorized to perform: lambda:InvokeFunctionUrl';
    lambda.instead.set('/api/', { status: 403, body: JSON.stringify({ Message }) });
    await page.goto(`${loopbackUrl(served.port)}/?q=cat`, { waitUntil: 'domcontentloaded' });
    await page.locator('.banner', { hasText: Message }).waitFor();
    await page.locator('.problem', { hasText: 'AWS does not accept the credentials' }).waitFor();
    lambda.instead.clear();
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.locator('.tile-picture').first().waitFor();
  });

  it('gives a page of another site nothing', async () => {
    lambda.seen.length = 0;
    const foreign = await browser.newPage();
    await foreign.goto('data:text/html,<title>elsewhere</title>');
    const answer = await foreign.evaluate(
      `fetch('${loopbackUrl(served.port)}/api/v1/duplicates').then((one) => one.status, (error) => String(error))`,
    );
    expect(answer).toContain('TypeError');
    await foreign.close();
    expect(lambda.seen.filter(({ target }) => target.includes('/duplicates'))).toEqual([]);
    expect(faults).toEqual([]);
  });
});
