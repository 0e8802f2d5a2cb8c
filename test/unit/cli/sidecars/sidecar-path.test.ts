import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isShortened, sidecarPath } from '../../../../functions/cli/sidecars/sidecar-path.ts';

it.each([
  ['a.jpg', 'full', ['a.jpg.xmp']],
  ['a.jpg', 'base', ['a.xmp']],
  ['2025/b.c/a.tar.nef', 'base', ['2025', 'b.c', 'a.tar.xmp']],
  ['noextension', 'base', ['noextension.xmp']],
  ['.jpg', 'base', ['.jpg.xmp']],
] as const)('is of %s, named %s: %j', (key, naming, path) => {
  expect(sidecarPath(key, naming)).toEqual(path);
});

it.each(['../a.jpg', 'a/../../b.jpg', '/etc/a.jpg', 'a//b.jpg', './a.jpg', 'a/', '', '..', 'a\0b.jpg'])(
  'is none of %j',
  (key) => {
    expect(sidecarPath(key, 'full')).toBeUndefined();
  },
);

it('never leads out of the folder', () => {
  const parts = fc.array(fc.constantFrom('..', '.', '', 'a', 'b.jpg', '...', ' ', '..a'), { minLength: 1 });
  fc.assert(
    fc.property(parts, fc.constantFrom('full', 'base'), (names, naming) => {
      const path = sidecarPath(names.join('/'), naming);
      if (path) expect(posix.join('/folder', ...path)).toBe(`/folder/${path.join('/')}`);
    }),
  );
});

it('is cut off, and told from others by a digest, where no file may have so long a name', () => {
  const key = (last: string) => `${'f'.repeat(300)}/${'ä'.repeat(200)}${last}.jpg`;
  const [one = [], other = []] = [key('1'), key('2')].map((each) => sidecarPath(each, 'full') ?? []);
  expect(one).toEqual([
    expect.stringMatching(/^f{238}~[0-9a-f]{16}$/),
    expect.stringMatching(/^ä+~[0-9a-f]{16}\.jpg\.xmp$/),
  ]);
  expect(one[0]).toBe(other[0]);
  expect(one[1]).not.toBe(other[1]);
  expect(sidecarPath(key('1'), 'base')?.[1]).toMatch(/~[0-9a-f]{16}\.xmp$/);
});

it.each([
  ['x'.repeat(247), '.jpg', false],
  ['x'.repeat(248), '.jpg', true],
  ['x'.repeat(248), '.a-very-long-extension', true],
  ['', `.${'x'.repeat(254)}`, true],
])('is shortened from 256 bytes on: %s%s', (stem, extension, isLong) => {
  const [name = ''] = sidecarPath(`${stem}${extension}`, 'full') ?? [];
  expect(isShortened(`${stem}${extension}`, 'full')).toBe(isLong);
  expect(name === `${stem}${extension}.xmp`).toBe(!isLong);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
});

it('is never longer than a file may be named, whatever the key', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 });
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('full', 'base'),
      (names, naming) => {
        const path = sidecarPath(names.join('/'), naming) ?? [];
        expect(path.every((part) => Buffer.byteLength(part) <= 255)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});
