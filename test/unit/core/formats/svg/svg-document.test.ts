import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageFault } from '../../../../../functions/core/errors.ts';
import { acceptedFormat } from '../../../../../functions/core/formats/image-format.ts';
import { MAXIMUM_SVG_BYTES, svgDocument } from '../../../../../functions/core/formats/svg/svg-document.ts';
import { svgEndsEarly } from '../../../../../functions/core/formats/svg/svg-ending.ts';
import { text } from '../../../../fixtures/pictures.ts';
import { DISC, discDocuments, utf32 } from '../../../../fixtures/svg-documents.ts';

const documentOf = (bytes: Uint8Array) => Buffer.from(svgDocument(bytes)).toString();
const bytesOf = (...codes: number[]) => Buffer.from(codes);

describe('the document that libvips gets', () => {
  it.each(discDocuments())('shows at its start that it is an SVG, and is whole, with %s', (_, bytes) => {
    const document = documentOf(bytes);
    expect(document.indexOf('<svg')).toBeLessThan(24);
    expect(document).not.toMatch(/<\?xml\s|\ufeff|\ufffd/);
    expect(document).toMatch(/<\/([^\s:]+:)?svg>$/);
    expect(svgEndsEarly(svgDocument(bytes))).toBe(false);
  });

  it.each([
    ['ISO-8859-1', bytesOf(0xe9), 'é'],
    ['ISO-8859-15', bytesOf(0xa4), '€'],
    ['windows-1252', bytesOf(0x80), '€'],
    ['KOI8-R', bytesOf(0xf6), 'Ж'],
    ['Shift_JIS', bytesOf(0x95, 0x5c), '表'],
    ['gb18030', bytesOf(0xc4, 0xe3), '你'],
    ['utf8', Buffer.from('é€'), 'é€'],
  ])('has the characters of %s', (encoding, bytes, expected) => {
    const declaration = Buffer.from(`<?xml version='1.0' encoding='${encoding}' ?>`);
    const file = Buffer.concat([declaration, Buffer.from('<svg id="'), bytes, Buffer.from('"/>')]);
    expect(documentOf(file)).toBe(`<!--<svg--><svg id="${expected}"/>`);
  });

  it('has characters beyond the first plane, of UTF-16 and UTF-32', () => {
    const svg = `<svg id="😀${'x'.repeat(20_000)}"/>`;
    expect(documentOf(Buffer.from(`\ufeff${svg}`, 'utf16le'))).toBe(`<!--<svg-->${svg}`);
    expect(documentOf(utf32(svg))).toBe(`<!--<svg-->${svg}`);
  });

  it('keeps style sheets and entities of the prologue', () => {
    const prologue = '<?xml-stylesheet href="data:,"?><!DOCTYPE svg [<!ENTITY a "b">]>';
    expect(documentOf(text(`<?xml version="1.0"?>${prologue}${DISC}`))).toBe(`<!--<svg-->${prologue}${DISC}`);
  });

  it.each([
    ['an encoding that is not known', '<?xml version="1.0" encoding="IBM850"?>', 'IBM850'],
    ['UTF-7', "<?xml version='1.0' encoding='UTF-7'?>", 'UTF-7'],
  ])('rejects %s by its name', (_, declaration, name) => {
    const bytes = text(declaration + DISC);
    expect(acceptedFormat(bytes)).toBe('svg');
    expect(() => svgDocument(bytes)).toThrow(
      expect.objectContaining({
        status: 'unsupported',
        code: 'unsupported-format',
        message: expect.stringContaining(`received one in ${name}`),
      }),
    );
  });

  it.each([
    [
      'half a pair in UTF-16',
      Buffer.concat([Buffer.from(`\ufeff${DISC}`, 'utf16le'), bytesOf(0, 0xdc, 0x20, 0)]),
      'UTF-16LE',
    ],
    ['no character in UTF-32', Buffer.concat([utf32(DISC), bytesOf(0, 0, 0x11, 0)]), 'UTF-32LE'],
    [
      'bytes that EUC-JP has not',
      Buffer.concat([text(`<?xml version="1.0" encoding="EUC-JP"?>${DISC}`), bytesOf(0xff, 0xff)]),
      'EUC-JP',
    ],
  ])('rejects %s as corrupt', (_, bytes, name) => {
    expect(() => svgDocument(bytes)).toThrow(
      expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(`text in ${name}`) }),
    );
  });

  it('leaves out a character that the end cuts off', () => {
    const cut = Buffer.from(`\ufeff${DISC}`, 'utf16le').subarray(0, -1);
    expect(svgEndsEarly(svgDocument(cut))).toBe(true);
  });
});

describe('a packed SVG', () => {
  const packed = gzipSync(DISC);

  it('is rejected when it is cut off, wherever that is', () => {
    for (let length = 10; length < packed.length; length++) {
      expect(() => svgDocument(packed.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'truncated', message: expect.stringContaining('gzip') }),
      );
    }
  });

  it('is rejected as corrupt when its checksum does not fit', () => {
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6] = (damaged[packed.length - 6] ?? 0) ^ 1;
    expect(() => svgDocument(damaged)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it('is rejected when there is too much in it', () => {
    const bomb = gzipSync(`${DISC}<!--${' '.repeat(MAXIMUM_SVG_BYTES)}-->`, { level: 1 });
    expect(acceptedFormat(bomb)).toBe('svg');
    expect(() => svgDocument(bomb)).toThrow(
      expect.objectContaining({ status: 'failed', code: 'too-many-pixels' }),
    );
  });
});

it('throws nothing but faults of images, whatever is cut, changed or put together', () => {
  const documents = discDocuments().map(([, bytes]) => bytes);
  const small = documents.filter(({ length }) => length < 2000);
  const pieces = [
    '<',
    '>',
    '[',
    ']',
    '"',
    "'",
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!DOCTYPE svg ',
    '%a;',
    '<svg',
    '</svg>',
    '<!ENTITY % a "%a;%a;">',
    '\0',
    ' ',
    'é',
  ];
  const mutated = fc
    .record({
      from: fc.constantFrom(...small),
      end: fc.nat(2000),
      at: fc.nat(2000),
      put: fc.array(fc.constantFrom(...pieces), { maxLength: 6 }),
    })
    .map(({ from, end, at, put }) =>
      Buffer.concat([from.subarray(0, at), Buffer.from(put.join('')), from.subarray(at, end)]),
    );
  const joined = fc
    .array(fc.constantFrom(...pieces), { maxLength: 30 })
    .map((all) => Buffer.from(all.join('')));
  fc.assert(
    fc.property(fc.oneof(mutated, joined), (bytes) => {
      try {
        acceptedFormat(bytes);
        svgEndsEarly(svgDocument(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ImageFault);
      }
    }),
    { numRuns: 2000 },
  );
});
