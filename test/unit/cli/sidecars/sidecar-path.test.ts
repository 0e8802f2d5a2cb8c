import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sidecarPath } from '../../../../functions/cli/sidecars/sidecar-path.ts';

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
