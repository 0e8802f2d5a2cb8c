import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStandardInput } from '../../../../functions/cli/images/standard-input.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../../../functions/local/samples.ts';

const read = (bytes: Uint8Array | string, isNull = false) =>
  readStandardInput(isNull, Readable.from([Buffer.from(bytes)]));

async function pathsIn(bytes: Uint8Array | string, isNull = false): Promise<readonly string[]> {
  const input = await read(bytes, isNull);
  if (input.kind !== 'paths') throw new Error('Expected paths');
  return input.paths.map((path) => Buffer.from(path).toString('latin1'));
}

describe('paths in standard input', () => {
  it.each([
    ['one a line', 'a.jpg\nb c.jpg\n', ['a.jpg', 'b c.jpg']],
    ['whose last line does not end', 'a.jpg\nb.jpg', ['a.jpg', 'b.jpg']],
    ['of programs of Windows', 'a.jpg\r\nb.jpg\r\n', ['a.jpg', 'b.jpg']],
    ['between empty lines', '\n\na.jpg\n\r\n', ['a.jpg']],
    [
      'with NUL behind each, as find -print0 has it',
      './a\n.jpg\0./b\r\0./c.jpg\0',
      ['./a\n.jpg', './b\r', './c.jpg'],
    ],
    ['of which there are none', '', []],
  ])('are %s', async (_, text, paths) => {
    expect(await pathsIn(text)).toEqual(paths);
  });

  it('are bytes, which need be no UTF-8', async () => {
    const bytes = Buffer.from('a\xff.jpg\n\xc3(.jpg\n', 'latin1');
    expect(await pathsIn(bytes)).toEqual(['a\xff.jpg', '\xc3(.jpg']);
    expect(await pathsIn(Buffer.from('a\xff.jpg\0\xc3(.jpg', 'latin1'))).toEqual(['a\xff.jpg', '\xc3(.jpg']);
  });

  it('end with NUL, whatever else is in them, where that is said', async () => {
    expect(await pathsIn('a\u0001.jpg\0b\n.jpg\0', true)).toEqual(['a\u0001.jpg', 'b\n.jpg']);
  });

  it('are read without a fault, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, isNull) => {
        const input = await read(bytes, isNull);
        if (input.kind === 'picture') expect(Buffer.from(input.bytes).equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });
});

describe('a picture in standard input', () => {
  it('is known by its first bytes', async () => {
    for (const name of await sampleNames()) {
      expect((await read(await readFile(join(SAMPLE_FOLDER, name)))).kind).toBe('picture');
    }
  });

  it.each([
    ['SVG', '\ufeff <svg/>'],
    ['WebP whose size looks like a letter', 'RIFF$\0\0\0WEBPVP8L'],
    ['HEIC whose size looks like a space', '\0\0\0 ftypheic'],
    ['GIF', 'GIF89a  \0'],
    ['BMP', 'BM~~\0\0\0\0'],
    ['TIFF', 'II*\0'],
    ['TIFF the other way', 'MM\0*\0\0'],
  ])('may be %s', async (_, text) => {
    expect((await read(Buffer.from(text))).kind).toBe('picture');
  });
});
