import { describe, expect, it } from 'vitest';
import { acceptedFormat } from '../../../../functions/core/pixels/image-format.ts';
import { text } from '../../../fixtures/pictures.ts';

const latin1 = (content: string) => Buffer.from(content, 'latin1');
const media = (...brands: string[]) =>
  latin1(
    `\0\0\0${String.fromCharCode(12 + 4 * brands.length)}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`,
  );
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';

describe('acceptedFormat', () => {
  it.each([
    ['jpeg', latin1('\xff\xd8\xff\xe0')],
    ['png', latin1('\x89PNG\r\n\x1a\n')],
    ['webp', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
    ['gif', latin1('GIF89a')],
    ['tiff', latin1('MM\0*\0\0\0\x08')],
    ['tiff', latin1('II+\0\x08\0\0\0')],
    ['avif', media('avif', 'mif1')],
    ['avif', media('mif1', 'miaf', 'avif')],
    ['svg', text(SVG)],
    ['svg', text(`\ufeff<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg [<!ENTITY a "b">]>\n${SVG}`)],
    ['svg', text(`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">${SVG}`)],
  ])('recognises %s from its content', (format, bytes) => expect(acceptedFormat(bytes)).toBe(format));

  it.each([
    ['HEIC', media('heic', 'mif1')],
    ['HEIC', media('mif1', 'heic')],
    ['MP4 or QuickTime video', media('isom', 'mp41')],
    ['MP4 or QuickTime video', media('qt  ')],
    ['BMP', latin1('BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['JPEG XL', latin1('\xff\x0a\xfa\x1f')],
    ['JPEG XL', latin1('\0\0\0\x0cJXL \r\n\x87\n')],
    ['JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n')],
    ['Photoshop (PSD)', latin1('8BPS\0\x01')],
    ['ICO', latin1('\0\0\x01\0\x01\0')],
    ['PDF', latin1('%PDF-1.7')],
    ['Matroska or WebM video', latin1('\x1aE\xdf\xa3')],
  ])('rejects %s as unsupported, by its name', (name, bytes) => {
    expect(() => acceptedFormat(bytes)).toThrow(
      expect.objectContaining({
        status: 'unsupported',
        code: 'unsupported-format',
        message: `Expected a JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG or camera RAW image but received ${name}`,
      }),
    );
  });

  it.each([
    ['text', text('BMW and GIF are mentioned here')],
    ['a page that contains a drawing', text(`<!doctype html><html><body>${SVG}</body></html>`)],
    ['an XML document of another kind', text('<?xml version="1.0"?><rss/>')],
    ['an XML declaration that never ends', text('<?xml version="1.0"')],
    ['a zip archive', latin1('PK\x03\x04\x14\0')],
    ['an audio file in a RIFF container', latin1('RIFF\x10\0\0\0WAVEfmt ')],
    ['one byte', latin1('\xff')],
    ['zeros', new Uint8Array(4096)],
  ])('rejects %s as no image', (_, bytes) => {
    expect(() => acceptedFormat(bytes)).toThrow(
      expect.objectContaining({ status: 'failed', code: 'not-an-image' }),
    );
  });

  it('rejects no bytes as empty', () => {
    expect(() => acceptedFormat(new Uint8Array())).toThrow(
      expect.objectContaining({ status: 'failed', code: 'empty' }),
    );
  });
});
