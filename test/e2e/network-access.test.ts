import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { runCli } from './support/cli-process.ts';
import { eventually } from './support/shown.ts';
import { makeFolder, type RunningPipeline, region, startPipelineProcessIn } from './support.ts';

const TOKEN = 'b7f3c0de-aaaa-4bbb-8ccc-0123456789ab';
const keys = { accessKeyId: 'family', secretAccessKey: 'd41d8cd98f00b204e9800998ecf8427e' };
const secrets = {
  CLIPTAG_TOKEN: TOKEN,
  CLIPTAG_ACCESS_KEY_ID: keys.accessKeyId,
  CLIPTAG_SECRET_ACCESS_KEY: keys.secretAccessKey,
};

/** By which other machines would reach this one. */
const lanAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
if (lanAddress === undefined)
  console.info('Skipped: a pipeline that others reach, on a machine without an address');
tellWithoutChromium('logging in on the page');

let folder: { folder: string; remove: () => Promise<void> };
let pipeline: RunningPipeline;
beforeAll(async () => {
  folder = await makeFolder();
  pipeline = await startPipelineProcessIn(secrets, join(folder.folder, 'data'), '--host', '0.0.0.0');
});
afterAll(async () => {
  await pipeline.crash();
  await folder.remove();
});

/** Without TLS a browser ignores a header that is good with it. */
const isFault = (text: string) => !text.startsWith('The Cross-Origin-Opener-Policy header has been ignored');

/** As another machine has it. */
const outside = (url: string) => url.replace('127.0.0.1', lanAddress ?? '127.0.0.1');

describe.skipIf(lanAddress === undefined)('a pipeline that other machines reach', () => {
  it('names their address, says what they need, and shows neither token nor key', () => {
    const output = pipeline.output();
    expect(output).toContain('From other machines: http://');
    expect(output).not.toContain(TOKEN);
    expect(output).not.toContain(keys.secretAccessKey);
  });

  it('gives the page’s API to those who have the token alone', async () => {
    const status = `${outside(pipeline.pageUrl)}/api/v1/status`;
    expect((await fetch(status)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(status, { headers })).status).toBe(200);
  });

  it('gives S3 and DynamoDB to those who have the keys alone', async () => {
    const list = async (credentials: typeof keys) => {
      const s3 = new S3Client({
        endpoint: outside(pipeline.s3Url),
        region,
        credentials,
        forcePathStyle: true,
      });
      return s3.send(new ListBucketsCommand({})).finally(() => s3.destroy());
    };
    expect((await list(keys)).Buckets?.map(({ Name }) => Name)).toEqual(['photos']);
    await expect(list({ accessKeyId: 'local', secretAccessKey: 'local' })).rejects.toThrow('access key');
    const unsigned = await fetch(outside(pipeline.dynamodbUrl), { method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(400);
    expect(await unsigned.text()).toContain('MissingAuthenticationToken');
  });

  it.each(['pageUrl', 's3Url', 'dynamodbUrl'] as const)(
    'rejects names that were led here, at its %s',
    async (name) => {
      const { hostname, port } = new URL(outside(pipeline[name]));
      const headers = { host: `rebound.example:${port}` };
      const status = await new Promise((resolve, reject) => {
        request({ hostname, port, headers }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(403);
    },
  );

  it('lets the command line in by CLIPTAG_TOKEN, and says so where that is missing', async () => {
    const { port } = new URL(pipeline.pageUrl);
    const found = await runCli(['search', 'cat', '--http-port', port], {
      env: { ...process.env, ...secrets },
    });
    expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('chelsea.png')]);
    for (const command of [
      ['search', 'cat'],
      ['redrive', '--dry-run'],
    ]) {
      const refused = await runCli([...command, '--http-port', port]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/token/)]);
    }
  });
});

describe.skipIf(!hasChromium || lanAddress === undefined)('the page from another machine', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('asks for the token, once', async () => {
    const { page, faults } = await openPage(browser, outside(pipeline.pageUrl), { listens: false });
    await page.getByLabel('Token').fill('not-the-token');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('img').first().waitFor();
    await page.goto(`${outside(pipeline.pageUrl)}/?q=cat`);
    await page.getByRole('img').first().waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(faults.filter(isFault)).toEqual([]);
    await page.context().close();
  });

  it('takes the token of a link, which does not stay in the address', async () => {
    const { page, faults } = await openPage(browser, `${outside(pipeline.pageUrl)}/#token=${TOKEN}`);
    await page.getByRole('img').first().waitFor();
    await eventually(() => page.url()).toBe(`${outside(pipeline.pageUrl)}/`);
    // With the cookie, too.
    const again = await page.context().newPage();
    await again.goto(`${outside(pipeline.pageUrl)}/#token=${TOKEN}`);
    await again.getByRole('img').first().waitFor();
    await eventually(() => again.url()).toBe(`${outside(pipeline.pageUrl)}/`);
    expect(faults.filter(isFault)).toEqual([]);
    await page.context().close();
  });

  it('rejects what pages of other origins try, though the browser has logged in', async () => {
    const { page } = await openPage(browser, `${outside(pipeline.pageUrl)}/#token=${TOKEN}`);
    await page.getByRole('img').first().waitFor();
    // Another port is another origin, and the same site: its cookies come along.
    await page.goto(`${outside(pipeline.s3Url)}/`);
    const attempt = `fetch('${outside(pipeline.pageUrl)}/api/v1/status', { credentials: 'include', mode: 'no-cors' })
      .then((one) => one.type, () => 'blocked')`;
    expect(await page.evaluate(attempt)).toBe('blocked');
    await page.context().close();
  });
});
