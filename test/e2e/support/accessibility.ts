import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from './shown.ts';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Half faded in, a text has too little contrast. */
const IS_AT_REST = `(() => {
  const isMoving = document.getAnimations().some(({ playState }) => playState === 'running');
  const isBusy = document.querySelector('[aria-busy=true], .skeleton') !== null;
  const isLoading = [...document.images].some((image) => !image.complete);
  return { isMoving, isBusy, isLoading };
})()`;

const VIOLATIONS = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => id + ': ' + nodes.map(({ html, any }) => html.slice(0, 200) + ' ' + (any[0]?.message ?? '')).slice(0, 3).join(' | ')))`;

/** What axe finds serious for those who do not see the page, or not well, once nothing on it moves or loads; else it fails. */
export async function expectNothingSerious(page: Page): Promise<void> {
  await eventually(() => page.evaluate(IS_AT_REST)).toEqual({
    isMoving: false,
    isBusy: false,
    isLoading: false,
  });
  // The policy forbids scripts from elsewhere, and a debugger is above it.
  await page.evaluate(await axe);
  expect(await page.evaluate(VIOLATIONS)).toEqual([]);
}
