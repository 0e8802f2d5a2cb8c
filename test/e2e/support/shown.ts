import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/** Longer than a page takes on a machine that has much else to do. */
const PATIENCE = { timeout: 50_000, interval: 50 };

/**
 * An expectation of something that comes about soon. A value that is read once, right after an action, is whatever the moment has:
 * `await eventually(() => rows.count()).toBe(3)`. Its failure tells the last value.
 */
export function eventually<Value>(ask: () => Value | Promise<Value>) {
  return expect.poll(ask, PATIENCE);
}

/** The text of an element, once it is this or matches; the failure tells what it was instead. */
export async function shows(element: Locator, expected: string | RegExp): Promise<string> {
  let text = '';
  const read = async () => {
    text = (await element.textContent()) ?? '';
    return text;
  };
  if (typeof expected === 'string') await eventually(read).toBe(expected);
  else await eventually(read).toMatch(expected);
  return text;
}
