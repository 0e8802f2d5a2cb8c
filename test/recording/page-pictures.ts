import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium } from 'playwright-core';
import sharp from 'sharp';
import { repository } from '../e2e/support.ts';

/** Takes the pictures of the page that README and docs/page.md show, with /usr/bin/chromium: node --import tsx test/recording/page-pictures.ts */
interface Picture {
  readonly name: string;
  readonly context: BrowserContextOptions;
  /** @default all pictures */
  readonly path?: string;
}

const WIDE = { viewport: { width: 1200, height: 640 }, deviceScaleFactor: 1.5 } as const;

const PICTURES: readonly Picture[] = [
  { name: 'page-light', context: { ...WIDE, colorScheme: 'light' } },
  { name: 'page-dark', context: { ...WIDE, colorScheme: 'dark' } },
  {
    name: 'page-narrow',
    context: { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5, colorScheme: 'dark' },
  },
  {
    name: 'page-enlarged',
    context: { ...WIDE, deviceScaleFactor: 1.25, colorScheme: 'light' },
    path: '/?image=photos/china.jpg',
  },
];

/** Runs in the browser. */
const ALL_LOADED = `(() => {
  const images = [...document.querySelectorAll('main img')];
  return images.length > 0 && images.every(({ complete, naturalWidth }) => complete && naturalWidth > 0);
})()`;

const folder = await mkdtemp(join(tmpdir(), 'cliptag-pictures-'));
const program = join(repository, 'functions', 'cliptag.mjs');
const ports = ['s3', 'dynamodb', 'http'].flatMap((name) => [`--${name}-port`, '0']);
const pipeline = spawn(process.execPath, [program, 'start', '--data', folder, ...ports], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((resolve, reject) => {
  let output = '';
  pipeline.stdout.on('data', (text) => {
    output += text;
    const address = /Page +(http:\S+)/.exec(output)?.[1];
    if (address && output.includes('Ctrl-C stops')) resolve(address);
  });
  pipeline.once('exit', () => reject(new Error(`Expected a pipeline that serves but received:\n${output}`)));
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const { name, context, path = '/' } of PICTURES) {
    const page = await browser.newPage({ ...context, bypassCSP: true });
    await page.goto(`${url}${path}`);
    await page.waitForFunction(ALL_LOADED);
    await page.waitForTimeout(1000); // what fades in has come
    const file = join(repository, 'docs', 'images', `${name}.webp`);
    await sharp(await page.screenshot())
      .webp({ quality: 82 })
      .toFile(file);
    await page.close();
  }
} finally {
  await browser.close();
  pipeline.kill('SIGINT');
  await once(pipeline, 'exit');
  await rm(folder, { recursive: true, force: true });
}
