import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingSerious } from './support/accessibility.ts';
import { hasChromium, openPageUse, type PageUse, tellWithoutChromium } from './support/browser.ts';
import { type FakeApi, startFakeApi } from './support/fake-api.ts';
import { madeUpImage } from './support/made-up-images.ts';
import { eventually, shows } from './support/shown.ts';
import { waitUntil } from './support.ts';

tellWithoutChromium('the page in a browser');

const COUNT = 10_000;
const IS_NARROW = 'document.documentElement.scrollWidth <= innerWidth';

describe.skipIf(!hasChromium)('the page', () => {
  let pages: PageUse;
  let api: FakeApi;

  beforeAll(async () => {
    api = await startFakeApi(Array.from({ length: COUNT }, (_, number) => madeUpImage(number)));
    pages = await openPageUse();
  });
  afterAll(async () => {
    await pages.close();
    await api.close();
    expect(pages.faults).toEqual([]);
  });

  const onPage = (path: string, use: (page: Page) => Promise<void>, options?: BrowserContextOptions) =>
    pages.on(`${api.url}${path}`, use, options);

  const tiles = (page: Page) => page.locator('.tile-picture');
  const heading = (page: Page) => page.locator('.heading p');
  const tilesWithPlaces = (page: Page) =>
    page.evaluate(`[...document.querySelectorAll('.tile')].map((tile) => {
      const { x, y } = tile.getBoundingClientRect();
      return [tile.querySelector('.tile-name').textContent, Math.round(x), Math.round(y)].join(' ');
    })`) as Promise<string[]>;
  const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

  it('finds by typing, with suggestions by keys; back and reloading lead where they should', () =>
    onPage('/', async (page) => {
      await shows(heading(page), '10,000 pictures');
      await page.keyboard.press('/');
      await page.keyboard.type('gol');
      await page.locator('[role=option]', { hasText: 'golden retriever' }).waitFor();
      await page.keyboard.press('ArrowDown');
      const option = page.locator('[role=option][aria-selected=true]', { hasText: 'golden retriever' });
      const chosen = await option.getAttribute('id');
      await eventually(() => page.locator('#search').getAttribute('aria-activedescendant')).toBe(chosen);
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=label%3A%22golden\+retriever%22|q=label:%22golden\+retriever%22/);
      await page.locator('.heading h1', { hasText: 'label:"golden retriever"' }).waitFor();
      const found = await shows(heading(page), /^\d,\d{3} pictures$/);

      await page.keyboard.press('Escape');
      await page
        .locator('.label-name', { hasText: 'people' })
        .first()
        .click({ modifiers: ['Shift'] });
      await page.locator('.terms li', { hasText: '-label:people' }).waitFor();
      await eventually(() => page.locator('#search').inputValue()).toBe(
        'label:"golden retriever" -label:people',
      );
      const fewer = await shows(heading(page), /^\d{1,3} pictures$/);

      await page.reload({ waitUntil: 'domcontentloaded' });
      await shows(heading(page), fewer);
      await page.goBack();
      await shows(heading(page), found);
      await page.goBack();
      await shows(heading(page), '10,000 pictures');
    }));

  it('shows what is relevant, and the rest when asked', () =>
    onPage('/?q=sunset', async (page) => {
      await shows(heading(page), '23 relevant');
      await tiles(page).nth(22).waitFor();
      expect(await page.locator('.section-title').count()).toBe(0);
      await page.locator('.heading button', { hasText: 'Show the rest' }).click();
      await page.locator('.tile.beyond img.shown').first().waitFor({ state: 'attached' });
      const opacities = (which: string) =>
        page.evaluate(
          `[...new Set([...document.querySelectorAll('${which} img.shown')].map((img) => getComputedStyle(img).opacity))]`,
        );
      await eventually(() => opacities('.tile:not(.beyond)')).toEqual(['1']);
      await eventually(() => opacities('.tile.beyond')).toEqual(['0.55']);
      await eventually(() => parameter(page, 'all')).toBe('1');
      await shows(heading(page), /^23 relevant of \d,\d{3}$/);
      await waitUntil(() =>
        page.evaluate(
          `(scrollTo(0, document.documentElement.scrollHeight / 6), [...document.querySelectorAll('.tile')].some((tile) => Number(tile.ariaPosInSet) > 1_000))`,
        ),
      );
    }));

  it('points at the column of a query that is not understood', () =>
    onPage('/?q=beach colour:red', async (page) => {
      const fault = page.locator('.query-fault');
      await fault.waitFor();
      await shows(fault.locator('p'), /Expected a field/);
      await shows(fault.locator('mark'), 'colour:red');
      await eventually(() => page.locator('#search').getAttribute('aria-invalid')).toBe('true');
    }));

  it('enlarges by keys, with what is known beside it, and goes back to where it was', () =>
    onPage('/', async (page) => {
      await tiles(page).first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.locator('.pswp .details h2', { hasText: 'holiday-000001.jpg' }).waitFor();
      await eventually(() => parameter(page, 'image')).toBe('photos/2026/holiday-000001.jpg');
      await shows(page.locator('.pswp__counter'), '2 / 10,000');
      const score = (madeUpImage(1).tags[0]?.score ?? 0).toFixed(2);
      await page.locator('.details .score', { hasText: score }).first().waitFor();
      await page.keyboard.press('ArrowRight');
      await page.locator('.details h2', { hasText: 'holiday-000002.jpg' }).waitFor();
      await page.keyboard.press('i');
      await page.locator('.details').waitFor({ state: 'detached' });
      await page.keyboard.press('i');
      await page.locator('.details').waitFor();

      await page.reload({ waitUntil: 'domcontentloaded' });
      await page.locator('.details h2', { hasText: 'holiday-000002.jpg' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.pswp').waitFor({ state: 'detached' });
      await eventually(() => new URL(page.url()).search).toBe('');
      await eventually(() => page.evaluate('document.activeElement?.dataset.index')).toBe('2');
    }));

  it('shows a linked picture that the first pictures do not have, and says why it has no tags', () =>
    onPage('/?image=photos/2026/holiday-009955.jpg', async (page) => {
      await page.locator('.details h2', { hasText: 'holiday-009955.jpg' }).waitFor();
      expect(api.images.find(({ key }) => key === '2026/holiday-009957.jpg')?.status).toBe('failed');
      await page.goto(`${api.url}/?image=photos/2026/holiday-009957.jpg`, { waitUntil: 'domcontentloaded' });
      await page.locator('.details .why', { hasText: 'its data ends early' }).waitFor();
      const reason = page.locator('.pswp__item:not([aria-hidden=true]) .slide-nothing');
      await shows(reason, /its data ends early/);
      const places = `(() => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector('.pswp__item:not([aria-hidden=true]) .slide-nothing'));
        const { left, right } = range.getBoundingClientRect();
        // Between the arrows, beside the details.
        return { left, right, isBetween: left > 60 && right < 1280 - 360 - 60 };
      })()`;
      await eventually(() => page.evaluate(places)).toMatchObject({ isBetween: true });
    }));

  it('finds similar pictures of one, and leads back', () =>
    onPage('/?image=photos/2026/holiday-000003.jpg', async (page) => {
      await page.locator('.details .actions a', { hasText: 'Similar' }).click();
      await page.locator('.comparison', { hasText: 'holiday-000003.jpg' }).waitFor();
      await shows(heading(page), '23 relevant');
      expect(api.asked).toContainEqual(
        expect.stringMatching(/^GET \/api\/v1\/similar\?bucket=photos&key=2026%2Fholiday-000003\.jpg/),
      );
      await page.goBack();
      await page.locator('.details h2', { hasText: 'holiday-000003.jpg' }).waitFor();
    }));

  it('corrects labels at once, and takes back what the server refuses', () =>
    onPage('/?image=photos/2026/holiday-000008.jpg', async (page) => {
      const editor = page.locator('.tag-editor');
      await editor.waitFor();
      await editor.locator('input').fill('snow');
      await page.keyboard.press('Enter');
      await editor
        .locator('.tag-line', { hasText: 'snow' })
        .locator('small', { hasText: 'by you' })
        .waitFor();
      const label = madeUpImage(8).tags[0]?.label ?? '';
      await editor.locator(`button[aria-label="Remove ${label}"]`).click();
      await editor.locator('.removed', { hasText: label }).waitFor();
      // It is shown at once, and taken only then.
      await page.locator('.notice.done', { hasText: `“${label}” removed` }).waitFor();
      api.faults.set('/api/v1/corrections', {
        status: 409,
        body: {
          ...{ type: 'about:blank', title: 'Conflict', status: 409, code: 'conflict' },
          detail: 'Somebody else was faster.',
        },
      });
      await editor.locator('.removed button').click();
      await page.locator('.notice.fault', { hasText: 'Somebody else was faster.' }).waitFor();
      await editor.locator('.removed', { hasText: label }).waitFor();
      api.faults.clear();
    }));

  it('explains a tag beside it, and a label that is not shown; a misspelt one gets the nearest word', () =>
    onPage('/?image=photos/2026/holiday-000009.jpg', async (page) => {
      const [tag] = madeUpImage(9).tags;
      const line = page.locator('.tag-line', { hasText: tag?.label ?? '' }).first();
      const why = line.locator(`button[aria-label="Why ${tag?.label}?"]`);
      await why.click();
      await line.locator('.why-panel', { hasText: `is tagged ${tag?.label}` }).waitFor();
      await eventually(() => why.getAttribute('aria-expanded')).toBe('true');
      const drawing = line.locator('.why-panel svg');
      await eventually(() => drawing.getAttribute('aria-label')).toBe(
        'A cosine of 0.310. Pictures without the label lie around 0.150, give or take 0.030; 0.262 is enough.',
      );
      await eventually(() => line.locator('.shares li').count()).toBe(4);
      await shows(line.locator('.numbers'), /narrower <b>one<\/b> 0\.10/);
      await why.click();
      await line.locator('.why-panel').waitFor({ state: 'detached' });

      const asking = page.locator('.why-not');
      await asking.locator('input').fill('submarine');
      await page.keyboard.press('Enter');
      await asking.locator('.why-panel', { hasText: 'submarine is not shown' }).waitFor();
      await asking.locator('input').fill('dgo');
      await page.keyboard.press('Enter');
      await asking.locator('.why-panel', { hasText: 'knows "dgo"; did you mean "dog"?' }).waitFor();
    }));

  it('says that a picture is unknown to a label set, but not where somebody has added a label of it', () => {
    const image = api.images[13];
    if (!image) throw new Error('Expected a picture');
    const mood = { set: 'mood', label: 'calm', score: 1 };
    api.images[13] = { ...image, tags: [mood], unknown: ['general', 'mood'] };
    return onPage(`/?image=photos/${image.key}`, async (page) => {
      const told = page.locator('.details .why', { hasText: 'Unknown: no label fits' });
      await told.waitFor();
      await shows(told.locator('p'), 'general');
    }).finally(() => {
      api.images[13] = image;
    });
  });

  it('asks anew why, when the picture is corrected meanwhile', () =>
    onPage('/?image=photos/2026/holiday-000011.jpg', async (page) => {
      const asking = page.locator('.why-not');
      await asking.locator('input').fill('submarine');
      await page.keyboard.press('Enter');
      await asking.locator('.why-panel', { hasText: 'submarine is not shown' }).waitFor();
      await page.locator('.tag-editor input').fill('submarine');
      await page.locator('.tag-editor select').selectOption('general');
      await page.locator('.tag-editor button[aria-label="Add this label"]').click();
      await asking.locator('.why-panel', { hasText: 'is tagged submarine' }).waitFor();
    }));

  it('shows tags as they come, and moves nothing', () =>
    onPage('/', async (page) => {
      await tiles(page).nth(12).waitFor();
      await page.evaluate('scrollTo(0, 900)');
      // Tiles far below the window are drawn once it has followed.
      await eventually(() =>
        page.evaluate(
          "scrollY === 900 && Math.max(...[...document.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect().top)) > innerHeight + 300",
        ),
      ).toBe(true);
      const before = await tilesWithPlaces(page);
      const image = api.images.find(({ key }) => key === '2026/holiday-000012.jpg');
      if (image === undefined) throw new Error('Expected the image');
      api.tell({ ...image, tags: [{ set: 'mood', label: 'stormy', score: 0.99 }] });
      await page.locator('.tag', { hasText: 'stormy' }).waitFor();
      api.tell({ ...madeUpImage(20_000), key: 'new/one.jpg', takenAt: '2026-07-01T10:00:00' });
      await page.locator('.newcomers', { hasText: '1 new picture' }).waitFor();
      // It is counted: only then might it have been put in its place.
      await shows(heading(page), `${api.images.length.toLocaleString('en')} pictures`);
      expect(await tilesWithPlaces(page)).toEqual(before);
      await page.locator('.newcomers').click();
      await page.locator('.tile-name', { hasText: 'one.jpg' }).waitFor();
    }));

  it('takes dropped files and those of folders, shows them as they come, and lists those that fail', () =>
    onPage('/', async (page) => {
      await tiles(page).first().waitFor();
      await page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        for (const name of ['dropped ü #1.jpg', '.DS_Store']) dataTransfer.items.add(new File(['x'.repeat(5000)], name));
        window.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true }));
      })()`);
      await page.locator('.drop-target').waitFor();
      await page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        for (const name of ['dropped ü #1.jpg', '.DS_Store']) dataTransfer.items.add(new File(['x'.repeat(5000)], name));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      })()`);
      await page.locator('.upload-panel', { hasText: '1 uploaded' }).waitFor();
      await page.locator('.drop-target').waitFor({ state: 'detached' });
      await page.locator('.tile-name', { hasText: 'dropped' }).waitFor();
      expect(api.uploaded).toHaveLength(1);

      api.faults.set('/api/v1/form', {
        status: 507,
        body: '<Error><Message>The disk is full.</Message></Error>',
      });
      const file = { name: 'chosen.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not much') };
      await page.setInputFiles('.head input[multiple]:not([webkitdirectory])', file);
      await page.locator('.upload.failed', { hasText: 'The disk is full.' }).waitFor();
      api.faults.clear();
      await page.locator('.upload-panel button', { hasText: 'Try these again' }).click();
      await page.locator('.upload-panel', { hasText: '2 uploaded' }).waitFor();
    }));

  it('scrolls through ten thousand pictures with few of them in the document', () =>
    onPage('/', async (page) => {
      await tiles(page).first().waitFor();
      const debugging = await page.context().newCDPSession(page);
      await debugging.send('Performance.enable', { timeDomain: 'threadTicks' });
      const busySeconds = async () => {
        const { metrics } = await debugging.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
      };
      const before = await busySeconds();
      const { frames, most } = (await page.evaluate(`new Promise((resolve) => {
        const started = performance.now();
        let frames = 0, most = 0;
        const step = (now) => {
          frames += 1;
          most = Math.max(most, document.querySelectorAll('.tile').length);
          scrollBy(0, 60);
          if (now - started < 2000) requestAnimationFrame(step);
          else resolve({ frames, most });
        };
        requestAnimationFrame(step);
      })`)) as { frames: number; most: number };
      const each = ((await busySeconds()) - before) / frames;
      console.info(
        `Scrolling through 10,000 pictures: ${frames / 2} frames a second, ${(each * 1000).toFixed(1)} ms of the page's thread for each`,
      );
      expect(most).toBeLessThan(250);
      await waitUntil(() =>
        page.evaluate(
          `(scrollTo(0, document.documentElement.scrollHeight), document.querySelector('.tile[aria-posinset="' + ${api.images.length} + '"]') !== null)`,
        ),
      );
    }));

  it('is usable where the window is narrow, and no wider than it', () =>
    onPage(
      '/?q=label:beach',
      async (page) => {
        await tiles(page).first().waitFor();
        await page.locator('.only-narrow', { hasText: 'Labels' }).tap();
        await page.locator('.sheet .label-name', { hasText: 'sea' }).first().tap();
        await page.locator('.terms li', { hasText: 'label:sea' }).waitFor();
        await eventually(() => page.evaluate(IS_NARROW)).toBe(true);
        await page.goto(`${api.url}/?view=duplicates`, { waitUntil: 'domcontentloaded' });
        await page.locator('.candidate').nth(2).waitFor();
        await eventually(() => page.evaluate(IS_NARROW)).toBe(true);
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    ));

  it('says plainly that nobody answers, and goes on when somebody does', () =>
    onPage('/', async (page) => {
      await tiles(page).first().waitFor();
      await page.context().setOffline(true);
      await page.locator('.banner', { hasText: 'does not answer' }).waitFor();
      await page.context().setOffline(false);
      await page.locator('.banner').waitFor({ state: 'detached' });
    }));

  it('makes a plan of what may go, and asks nobody to delete', () =>
    onPage('/?view=duplicates', async (page) => {
      await page.locator('.group').first().waitFor();
      await page.locator('.plan-bar b', { hasText: '4 pictures' }).waitFor();
      await page.locator('.candidate .keep').nth(3).click();
      await page.locator('.plan-bar b', { hasText: '3 pictures' }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.plan-bar button').click(),
      ]);
      const plan = await readFile(await download.path(), 'utf8');
      expect(plan.split('\n').filter((line) => line.startsWith("aws s3 rm 's3://photos/"))).toHaveLength(3);
      expect(api.asked.filter((one) => one.startsWith('DELETE'))).toEqual([]);
    }));

  it('shows hostile keys, labels, cameras and reasons as text', () => {
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e"\'`{{1}}';
    const image = madeUpImage(1);
    const tag = { set: evil, label: evil, score: 0.9 };
    const before = api.images.splice(0, api.images.length);
    api.images.push(
      {
        ...image,
        key: `${evil}/${evil}.jpg`,
        camera: evil,
        takenAt: evil,
        format: evil,
        colour: 'red;} body{display:none',
        tags: [tag],
      },
      { ...image, key: `failed ${evil}`, status: 'failed', reason: evil, reasonCode: evil, tags: [] },
    );
    return onPage('/', async (page) => {
      await tiles(page).nth(1).waitFor();
      await page.locator('.side .label-name').first().waitFor();
      await eventually(() =>
        page.evaluate(
          `document.querySelector('.side .label-set').offsetWidth <= document.querySelector('.side-labels').clientWidth`,
        ),
      ).toBe(true);
      await tiles(page).first().click();
      await page.locator('.details h2').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.locator('.details .why').waitFor();
      await page.goto(`${api.url}/?view=problems`, { waitUntil: 'domcontentloaded' });
      await page.locator('.failure').waitFor();
      await page.goto(
        `${api.url}/?q=${encodeURIComponent(evil)}&view=duplicates&image=${encodeURIComponent(`b/${evil}`)}`,
        {
          waitUntil: 'domcontentloaded',
        },
      );
      await page.locator('.group, .emptiness, .notice').first().waitFor();
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
    }).finally(() => {
      api.images.splice(0, api.images.length, ...before);
    });
  });

  it('tells how to begin where there are no pictures', () => {
    const before = api.images.splice(0, api.images.length);
    return onPage('/', async (page) => {
      await page.locator('.emptiness', { hasText: 'No pictures yet' }).waitFor();
      api.tell(madeUpImage(3));
      await tiles(page).first().waitFor();
    }).finally(() => {
      api.images.splice(0, api.images.length, ...before);
    });
  });

  describe('for those who do not see it, or not well', () => {
    it.each([
      ['/', 'light', 1280],
      ['/?q=sunset', 'dark', 390],
      ['/?q=beach colour:red', 'light', 1280],
      ['/?image=photos/2026/holiday-000003.jpg', 'dark', 1280],
      ['/?view=duplicates', 'light', 390],
      ['/?view=labels', 'dark', 390],
      ['/?view=problems', 'dark', 1280],
      ['/?view=status', 'light', 1280],
    ] as const)('has nothing serious at %s, %s, %d px wide', (path, colorScheme, width) =>
      onPage(
        path,
        async (page) => {
          await page
            .locator('.tile, .query-fault, .group, .failure, .card')
            .first()
            .waitFor({ state: 'attached' });
          if (path.includes('image=')) {
            await page.locator('.tag-line button[aria-expanded]').first().click();
            await page.locator('.why-panel svg').waitFor();
          }
          await expectNothingSerious(page);
        },
        { colorScheme, viewport: { width, height: 844 }, reducedMotion: 'reduce' },
      ),
    );
  });

  it('meets no fault of its own in all that, and asks no other host', () => expect(pages.faults).toEqual([]));
});
