import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingSerious } from './support/accessibility.ts';
import { hasChromium, openPageUse, type PageUse, tellWithoutChromium } from './support/browser.ts';
import { type FakeApi, startFakeApi } from './support/fake-api.ts';
import { madeUpImage } from './support/made-up-images.ts';
import { eventually, shows } from './support/shown.ts';
import { waitUntil } from './support.ts';

tellWithoutChromium('selecting pictures in the page');

/** Enough to scroll; a test of its own has ten thousand. */
const FEW = 60;
const COUNT = 10_000;

const madeUpImages = (count: number) => Array.from({ length: count }, (_, number) => madeUpImage(number));

describe.skipIf(!hasChromium)('selecting pictures in the page', () => {
  let pages: PageUse;
  let api: FakeApi;

  beforeAll(async () => {
    api = await startFakeApi(madeUpImages(FEW));
    pages = await openPageUse();
  });
  afterAll(async () => {
    await pages.close();
    await api.close();
    expect(pages.faults).toEqual([]);
  });

  function onPage(path: string, use: (page: Page) => Promise<void>, options?: BrowserContextOptions) {
    const begin = async (page: Page) => {
      await page.locator('.tile').nth(12).waitFor();
      await use(page);
    };
    return pages.on(`${api.url}${path}`, begin, options);
  }

  const tile = (page: Page, index: number) =>
    page.locator('.tile', { has: page.locator(`.tile-picture[data-index="${index}"]`) });
  const check = (page: Page, index: number) => tile(page, index).locator('.tile-check');
  const picture = (page: Page, index: number) => tile(page, index).locator('.tile-picture');
  const bar = (page: Page) => page.locator('.selection-bar');
  const selected = (page: Page, text: string) => bar(page).locator('b', { hasText: text }).waitFor();
  /** Which of some pictures are selected. */
  const checked = (page: Page, indices: readonly number[]) =>
    eventually(async () => {
      const states = await Promise.all(
        indices.map((index) => check(page, index).getAttribute('aria-checked')),
      );
      return indices.filter((_, i) => states[i] === 'true');
    });
  /** By the check mark, which is seen only with the pointer near. */
  const select = async (page: Page, index: number) => {
    await check(page, index).click({ force: true });
    await selected(page, '1 picture selected');
  };
  /** Into the dialog's first field, which has the focus by itself. */
  const type = async (page: Page, text: string) => {
    await page.locator('.dialog input:focus').waitFor();
    await page.keyboard.type(text);
  };
  const corrections = () => api.asked.filter((one) => one.endsWith('/corrections')).length;
  const labelsOf = (number: number) => api.images[number]?.tags.map(({ label }) => label) ?? [];

  it('shows a check mark beside the pointer, takes ranges with the shift key, and ends at Escape', () =>
    onPage('/', async (page) => {
      const mark = check(page, 2);
      const opacity = () =>
        eventually(() =>
          page.evaluate(`getComputedStyle(document.querySelector('.tile-check[data-index="2"]')).opacity`),
        );
      await opacity().toBe('0');
      await picture(page, 2).hover();
      await opacity().toBe('1');
      await mark.click();
      await selected(page, '1 picture selected');
      await picture(page, 6).click({ modifiers: ['Shift'] });
      await selected(page, '5 pictures selected');
      await picture(page, 4).click();
      await selected(page, '4 pictures selected');
      await checked(page, [1, 2, 3, 4, 5, 6, 7]).toEqual([2, 3, 5, 6]);
      expect(new URL(page.url()).search).toBe('');
      await page.keyboard.press('Escape');
      await bar(page).waitFor({ state: 'detached' });
      await checked(page, [2, 3, 5, 6]).toEqual([]);
      await picture(page, 4).click();
      await page.locator('.details').waitFor();
    }));

  it('takes keys alone: x, shift with arrows and with x, Enter still enlarges', () =>
    onPage('/', async (page) => {
      await picture(page, 0).focus();
      await page.keyboard.press('x');
      await selected(page, '1 picture selected');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await selected(page, '3 pictures selected');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+X');
      await selected(page, '5 pictures selected');
      await page.keyboard.press('Enter');
      await page.locator('.details h2', { hasText: 'holiday-000004.jpg' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.pswp').waitFor({ state: 'detached' });
      // It has closed the enlarged picture and nothing more.
      await selected(page, '5 pictures selected');
      await eventually(() => page.evaluate('document.activeElement?.dataset.index')).toBe('4');
      await page.keyboard.press('Tab');
      await eventually(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
        'Select holiday-000004.jpg',
      );
      await page.keyboard.press(' ');
      await selected(page, '4 pictures selected');
      await shows(page.locator('#notices'), /holiday-000004\.jpg not selected, 4 in all/);
    }));

  it('keeps what is selected while ten thousand pictures are scrolled through, and draws few tiles anew', () => {
    const before = api.images.splice(0, FEW, ...madeUpImages(COUNT));
    return onPage('/', async (page) => {
      await select(page, 1);
      const toEnd = () =>
        page.evaluate(
          `(scrollTo(0, document.documentElement.scrollHeight), document.querySelector('.tile[aria-posinset="${COUNT}"]') !== null)`,
        ) as Promise<boolean>;
      await waitUntil(toEnd);
      await eventually(() => page.locator('.tile-picture[data-index="1"]').count()).toBe(0);
      await page.locator(`.tile-check[data-index="${COUNT - 1}"]`).click({ modifiers: ['Shift'] });
      const selectable = api.images.slice(1).filter(({ status }) => status === 'tagged').length;
      await selected(page, `${selectable.toLocaleString('en')} pictures selected`);
      // Tiles are drawn once more when the window has come to rest, and only then are pictures fetched.
      await tile(page, COUNT - 1)
        .locator('img.shown')
        .waitFor();
      // One more or less has its own tile drawn, and no other one: each tells its file's name.
      const drawn = await page.evaluate(`new Promise((resolve) => {
        const { lastIndexOf } = String.prototype;
        const names = new Set();
        String.prototype.lastIndexOf = function (...given) {
          if (given[0] === '/') names.add(String(this));
          return lastIndexOf.apply(this, given);
        };
        document.querySelector('.tile-check[data-index="${COUNT - 2}"]').click();
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
          String.prototype.lastIndexOf = lastIndexOf;
          resolve([...names]);
        })));
      })`);
      expect(drawn).toEqual([api.images[COUNT - 2]?.key]);
      await page.evaluate('scrollTo(0, 0)');
      await checked(page, [0, 1, 2]).toEqual([1, 2]);
    }).finally(() => {
      api.images.splice(0, COUNT, ...before);
    });
  });

  it('adds a label to all, and tells of which it was not taken and why', () =>
    onPage('/', async (page) => {
      const refused = '2026/holiday-000003.jpg';
      let isRefusing = true;
      await page.route('**/api/v1/corrections', async (route) => {
        const isMeant = isRefusing && route.request().postDataJSON().key === refused;
        if (!isMeant) return route.continue();
        const body = { type: 'about:blank', title: 'Conflict', status: 409, code: 'conflict' };
        await route.fulfill({
          status: 409,
          contentType: 'application/problem+json',
          body: JSON.stringify({ ...body, detail: 'Somebody else was faster.' }),
        });
      });
      await select(page, 1);
      await picture(page, 4).click({ modifiers: ['Shift'] });
      await selected(page, '4 pictures selected');
      await page.getByRole('button', { name: 'Add label …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a label' });
      await type(page, 'snow');
      await dialog.getByLabel('Label set').selectOption('general');
      await dialog.getByLabel('Label', { exact: true }).press('Enter');
      await dialog.locator('.dialog-failures', { hasText: 'Not taken of 1 picture:' }).waitFor();
      await dialog.locator('li', { hasText: 'holiday-000003.jpg: Somebody else was faster.' }).waitFor();
      expect([1, 2, 4].map((number) => labelsOf(number).includes('snow'))).toEqual([true, true, true]);
      isRefusing = false;
      const before = corrections();
      await dialog.getByRole('button', { name: 'Try these again' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(corrections()).toBe(before + 1);
      expect(labelsOf(3)).toContain('snow');
      await tile(page, 3).locator('.tag', { hasText: 'snow' }).waitFor();
      await selected(page, '4 pictures selected');

      await page.getByRole('button', { name: 'Remove label …' }).click();
      const removing = page.getByRole('dialog', { name: 'Remove a label' });
      await eventually(() => removing.locator('datalist option').first().getAttribute('value')).toBe('snow');
      await type(page, 'snow');
      await page.keyboard.press('Enter');
      await removing.waitFor({ state: 'detached' });
      expect([1, 2, 3, 4].map((number) => labelsOf(number).includes('snow'))).toEqual(Array(4).fill(false));
    }));

  it('changes no picture where the label itself is refused', () =>
    onPage('/', async (page) => {
      await select(page, 1);
      await picture(page, 4).click({ modifiers: ['Shift'] });
      await selected(page, '4 pictures selected');
      await page.getByRole('button', { name: 'Add label …' }).click();
      api.faults.set('/api/v1/corrections', {
        status: 400,
        body: {
          type: 'x',
          title: 'no label set knows "dgo"; did you mean "dog"?',
          status: 400,
          code: 'no-label',
        },
      });
      const before = corrections();
      await type(page, 'dgo');
      await page.keyboard.press('Enter');
      await page.locator('.dialog .field-fault', { hasText: 'did you mean "dog"' }).waitFor();
      api.faults.clear();
      expect(corrections()).toBe(before + 1);
      await page.keyboard.press('Escape');
      await page.locator('.dialog').waitFor({ state: 'detached' });
      await selected(page, '4 pictures selected');
    }));

  it('begins by a button or a long press where nobody can hover', () =>
    onPage(
      '/',
      async (page) => {
        await page.getByRole('button', { name: 'Select', exact: true }).tap();
        await bar(page).locator('b', { hasText: 'Choose pictures' }).waitFor();
        await picture(page, 0).tap();
        await picture(page, 1).tap();
        await selected(page, '2 pictures selected');
        await eventually(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(
          true,
        );
        await page.getByRole('button', { name: 'Clear the selection' }).tap();
        await bar(page).waitFor({ state: 'detached' });

        const place = await picture(page, 1).boundingBox();
        if (!place) throw new Error('Expected a picture');
        const debugging = await page.context().newCDPSession(page);
        const touchPoints = [{ x: place.x + place.width / 2, y: place.y + place.height / 2 }];
        await debugging.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
        await selected(page, '1 picture selected');
        await debugging.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
        await picture(page, 2).tap();
        await selected(page, '2 pictures selected');
        expect(new URL(page.url()).search).toBe('');
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    ));

  it('says what went wrong while a label is tried, keeps the focus, and closes the dialog alone at Escape', () =>
    onPage('/', async (page) => {
      await select(page, 1);
      await picture(page, 4).click({ modifiers: ['Shift'] });
      await selected(page, '4 pictures selected');
      await page.getByRole('button', { name: 'Learn a label …' }).click();
      await type(page, 'pip');
      await page.getByRole('button', { name: 'Try it' }).click();
      await page
        .locator('.dialog .field-fault', { hasText: 'There is no /api/v1/label-sets/learn' })
        .waitFor();
      await eventually(() => page.evaluate('document.activeElement.textContent')).toBe('Try it');
      await page.evaluate('document.activeElement.blur()');
      await page.keyboard.press('Escape');
      await page.locator('.dialog').waitFor({ state: 'detached' });
      await selected(page, '4 pictures selected');
    }));

  it('offers no learning where label sets are deployed', () =>
    onPage('/', async (page) => {
      let told = 0;
      await page.route('**/api/v1/label-sets', async (route) => {
        await route.fulfill({ json: { labelSets: [], changes: [], faults: [], canWrite: false } });
        told += 1;
      });
      await page.reload({ waitUntil: 'domcontentloaded' });
      await eventually(() => told).toBe(1);
      await select(page, 1);
      await page.getByRole('button', { name: 'Remove label …' }).waitFor();
      expect(await page.getByRole('button', { name: 'Learn a label …' }).count()).toBe(0);
    }));

  it('drops a selected picture that is deleted', () =>
    onPage('/', async (page) => {
      await select(page, 1);
      await picture(page, 2).click();
      await selected(page, '2 pictures selected');
      const image = madeUpImage(2);
      api.tell({ ...image, status: 'deleted', tags: [] });
      await selected(page, '1 picture selected');
      api.images[2] = image;
    }));

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has nothing serious for those who do not see it, %s, %d px wide', (colorScheme, width) =>
    onPage(
      '/',
      async (page) => {
        await picture(page, 0).focus();
        await page.keyboard.press('x');
        await selected(page, '1 picture selected');
        await expectNothingSerious(page);
        for (const name of ['Add label …', 'Learn a label …']) {
          await page.getByRole('button', { name }).click();
          await page.locator('.dialog').waitFor();
          await expectNothingSerious(page);
          await page.keyboard.press('Escape');
          await page.locator('.dialog').waitFor({ state: 'detached' });
        }
        // The button that has opened it has the focus again, and the selection stands.
        await eventually(() => page.evaluate('document.activeElement.textContent')).toContain(
          'Learn a label',
        );
        await selected(page, '1 picture selected');
      },
      { colorScheme, viewport: { width, height: 844 }, reducedMotion: 'reduce' },
    ),
  );
});
