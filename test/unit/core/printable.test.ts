import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printablePath } from '../../../functions/core/printable.ts';

describe('printablePath', () => {
  it.each([
    ['photos/Löwe 1.jpg', 'photos/Löwe 1.jpg'],
    ["it's.jpg", "it's.jpg"],
    [Buffer.from('L\xf6we.jpg', 'latin1'), "$'L\\366we.jpg'"],
    [Buffer.from('\xc3\xb6\xe9 \xe2\x82', 'latin1'), "$'ö\\351 \\342\\202'"],
    ['a\nb\t\x1b[31m', "$'a\\nb\\t\\033[31m'"],
    ['a\u202egpj.exe', "$'a\\342\\200\\256gpj.exe'"],
    ["$'a'", "$'$\\'a\\''"],
    ['back\\slash\x7f', "$'back\\\\slash\\177'"],
  ])('prints %o as %s', (path, expected) => expect(printablePath(path)).toBe(expected));

  it('prints what bash takes for the same bytes', () => {
    const byte = fc.oneof(
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(0x27, 0x5c, 0x0a, 0xc3, 0xe2, 0x80, 0xae),
    );
    const paths = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 20 }), { numRuns: 300, seed: 7 });
    const mixed = fc.sample(fc.array(byte, { minLength: 1, maxLength: 12 }), { numRuns: 300, seed: 7 });
    const all = [
      ...paths.map((path) => path.map((one) => one || 1)),
      ...mixed.map((path) => Uint8Array.from(path)),
    ];
    const script = all.map((path) => `printf '%s\\0' ${printablePath(path)}`).join('\n');
    const { stdout, error } = spawnSync('bash', { input: script });
    if (error) return console.info(`Skipped: names as bash reads them (${error.message})`);
    expect(Buffer.compare(stdout, Buffer.concat(all.map((path) => Buffer.from([...path, 0]))))).toBe(0);
  });
});
