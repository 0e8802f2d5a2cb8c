import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, openPageUse, type PageUse, tellWithoutChromium } from './support/browser.ts';
import { type FakeApi, startFakeApi } from './support/fake-api.ts';
import { madeUpImage } from './support/made-up-images.ts';
import { eventually, shows } from './support/shown.ts';

tellWithoutChromium('a page that is used in haste');

/** What somebody does before the page, the browser or the pipeline has come after. */
describe.skipIf(!hasChromium)('a page that is used in haste', () => {
  let pages: PageUse;
  let api: FakeApi;

  beforeAll(async () => {
    api = await startFakeApi(Array.from({ length: 60 }, (_, number) => madeUpImage(number)));
    pages = await openPageUse();
  });
  afterAll(async () => {
    await pages.close();
    await api.close();
    expect(pages.faults).toEqual([]);
  });

  const onPage = (path: string, use: (page: Page) => Promise<void>) =>
    pages.on(`${api.url}${path}`, async (page) => {
      await picture(page, 12).waitFor();
      await use(page);
    });
  const picture = (page: Page, index: number) => page.locator(`.tile-picture[data-index="${index}"]`);
  const focused = (page: Page) => eventually(() => page.evaluate('document.activeElement?.dataset.index'));
  const search = (page: Page) => eventually(() => page.locator('#search').inputValue());
  const address = (page: Page) => eventually(() => new URL(page.url()).search);
  const labelsAsked = () => api.asked.filter((one) => one === 'GET /api/v1/labels').length;
  /** Holds back answers until they are released. */
  async function hold(page: Page, path: string): Promise<() => Promise<void>> {
    const held: Route[] = [];
    let isHolding = true;
    await page.route(`**/api/v1/${path}*`, async (route) => {
      if (isHolding) held.push(route);
      else await route.continue();
    });
    return async () => {
      await eventually(() => held.length).toBeGreaterThan(0);
      isHolding = false;
      await Promise.all(held.map((route) => route.continue()));
    };
  }
  /** A browser that goes back late, as one with much to do. */
  const goBackLate = (page: Page) =>
    page.evaluate(
      `(() => { const back = history.back.bind(history); history.back = () => setTimeout(back, 100); })()`,
    );

  it('suggests labels that become known only after the typing', () =>
    onPage('/', async (page) => {
      const release = await hold(page, 'labels');
      await page.reload({ waitUntil: 'domcontentloaded' });
      await picture(page, 12).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('gold');
      await search(page).toBe('gold');
      expect(await page.locator('[role=option]', { hasText: 'golden retriever' }).count()).toBe(0);
      await release();
      await page.locator('[role=option]', { hasText: 'golden retriever' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('#suggestions').waitFor({ state: 'hidden' });
      // Only what is asked for comes, and not with every picture.
      const again = page.waitForResponse('**/api/v1/labels');
      api.tell(madeUpImage(3));
      await (await again).finished();
      expect(await page.locator('#suggestions').isHidden()).toBe(true);
    }));

  it('puts what is typed behind a suggestion that was just taken', () =>
    onPage('/', async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('lab');
      await page.locator('[role=option]', { hasText: 'carries a label' }).first().waitFor();
      // Keys within one frame.
      await page.evaluate(`(() => {
        const box = document.querySelector('#search');
        const key = (name) => box.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
        key('ArrowDown');
        return Promise.resolve().then(() => {
          key('Enter');
          document.execCommand('insertText', false, 'b');
          document.execCommand('insertText', false, 'e');
        });
      })()`);
      await page.keyboard.type('ach');
      await search(page).toBe('label:beach');
    }));

  it('takes keys as soon as an enlarged picture is left, and keeps what they have typed', () =>
    onPage('/', async (page) => {
      await picture(page, 2).click();
      await page.locator('.details').waitFor();
      await goBackLate(page);
      // The key that leaves it and the next one, in one and the same moment.
      const focus = await page.evaluate(`(() => {
        const key = (name) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
        key('Escape');
        return Promise.resolve().then(() => {
          const index = document.activeElement.dataset.index;
          key('/');
          return [index, document.activeElement.id];
        });
      })()`);
      expect(focus).toEqual(['2', 'search']);
      await page.keyboard.type('dog');
      await address(page).toBe('');
      await search(page).toBe('dog');
    }));

  it('goes where one wants next while the browser still goes back', () =>
    onPage('/', async (page) => {
      await picture(page, 2).click();
      await page.locator('.details').waitFor();
      await goBackLate(page);
      await page.evaluate(`(() => {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
        document.querySelector('.tile-picture[data-index="3"]').click();
      })()`);
      await page.locator('.details h2', { hasText: 'holiday-000003.jpg' }).waitFor();
      await address(page).toBe('?image=photos/2026/holiday-000003.jpg');
      await page.goBack();
      await page.locator('.pswp').waitFor({ state: 'detached' });
      await address(page).toBe('');
      await focused(page).toBe('3');
    }));

  it('leaves an enlarged picture though the browser does not go back', () =>
    onPage('/', async (page) => {
      await picture(page, 2).click();
      await page.locator('.details').waitFor();
      await page.evaluate('history.back = () => {}');
      await page.keyboard.press('Escape');
      await page.locator('.pswp').waitFor({ state: 'detached' });
      await picture(page, 3).click();
      await page.locator('.details h2', { hasText: 'holiday-000003.jpg' }).waitFor();
    }));

  it('keeps the focus on a picture while a new one is put before it', () => {
    const before = [...api.images];
    return onPage('/', async (page) => {
      await picture(page, 5).focus();
      const name = madeUpImage(5).key.split('/').at(-1) ?? '';
      api.tell({ ...madeUpImage(5_000), key: 'new/first.jpg', takenAt: '2026-07-01T10:00:00' });
      await page.locator('.tile-name', { hasText: 'first.jpg' }).waitFor();
      await eventually(() =>
        page.evaluate(`document.activeElement.querySelector('.tile-name')?.textContent`),
      ).toBe(name);
      await page.keyboard.press('ArrowRight');
      await focused(page).toBe('7');
    }).finally(() => {
      api.images.splice(0, api.images.length, ...before);
    });
  });

  it('shows what comes while it searches', () => {
    const before = [...api.images];
    return onPage('/', async (page) => {
      const release = await hold(page, 'search');
      await page.locator('#search').fill('prefix:2026/');
      await page.keyboard.press('Enter');
      await shows(page.locator('.heading p'), 'Searching …');
      const asked = labelsAsked();
      api.tell({ ...madeUpImage(5_001), key: '2026/late.jpg', takenAt: '2026-07-01T10:00:00' });
      await page.locator('.newcomers').waitFor();
      // Longer than it gathers what comes.
      await eventually(labelsAsked).toBeGreaterThan(asked);
      await release();
      await page.locator('.tile-name', { hasText: 'late.jpg' }).waitFor();
      await page.locator('.newcomers').waitFor({ state: 'detached' });
    }).finally(() => {
      api.images.splice(0, api.images.length, ...before);
    });
  });

  it('opens another dialog while the one before tells that it is closed', () =>
    onPage('/', async (page) => {
      await picture(page, 1).focus();
      await page.keyboard.press('x');
      await page.getByRole('button', { name: 'Add label …' }).click();
      await page.getByRole('dialog', { name: 'Add a label' }).waitFor();
      // Closing is told later.
      await page.evaluate(`(() => {
        const button = [...document.querySelectorAll('.selection-bar button')].find((one) => one.textContent.includes('Remove label'));
        document.querySelector('dialog.dialog').close();
        button.click();
      })()`);
      await page.getByRole('dialog', { name: 'Add a label' }).waitFor({ state: 'detached' });
      await page.getByRole('dialog', { name: 'Remove a label' }).waitFor();
      await page.locator('.dialog input:focus').waitFor();
    }));

  it('asks anew once it listens again, for nobody has told what happened meanwhile', () => {
    const before = [...api.images];
    return onPage('/', async (page) => {
      api.images.unshift({ ...madeUpImage(5_002), key: 'new/unheard.jpg', takenAt: '2026-07-01T10:00:00' });
      api.hangUp();
      await page.locator('.tile-name', { hasText: 'unheard.jpg' }).waitFor();
    }).finally(() => {
      api.images.splice(0, api.images.length, ...before);
    });
  });

  it('lists as failed what was told last, whichever answer comes first', () => {
    const image = api.images[7];
    if (!image) throw new Error('Expected a picture');
    return onPage('/', async (page) => {
      const held: Route[] = [];
      await page.route('**/api/v1/search*', async (route) => {
        if (held.length === 0) held.push(route);
        else await route.continue();
      });
      await page.locator('.navigation a', { hasText: 'Without tags' }).click();
      await eventually(() => held.length).toBe(1);
      const old = await held[0]?.fetch();
      api.images.push({ ...image, key: '2026/broken.jpg', status: 'failed', reason: 'Broken.' });
      // It asks for the counts, and the list follows them.
      await page.evaluate(`dispatchEvent(new Event('online'))`);
      await page.locator('.failure', { hasText: 'broken.jpg' }).waitFor();
      if (old) await held[0]?.fulfill({ response: old }).catch(() => {});
      await page.evaluate(`new Promise((resolve) => setTimeout(resolve, 100))`);
      expect(await page.locator('.failure', { hasText: 'broken.jpg' }).count()).toBe(1);
    }).finally(() => {
      api.images.splice(
        api.images.findIndex(({ key }) => key === '2026/broken.jpg'),
        1,
      );
    });
  });
});
