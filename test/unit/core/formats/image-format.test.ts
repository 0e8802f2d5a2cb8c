import { describe, expect, it } from 'vitest';
import { acceptedFormat } from '../../../../functions/core/formats/image-format.ts';
import { text } from '../../../fixtures/pictures.ts';

const latin1 = (content: string) => Buffer.from(content, 'latin1');
const media = (...brands: string[]) =>
  latin1(
    `\0\0\0${String.fromCharCode(12 + 4 * brands.length)}ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`,
  );
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';

/** Start of image, one frame header of a marker and a precision, and nothing else. */
const jpeg = (marker: number, bits = 8, height = 80) =>
  Buffer.from([0xff, 0xd8, 0xff, marker, 0, 11, bits, 0, height, 0, 120, 1, 1, 0x11, 0]);
const targa = (palette: number, kind: number, bits: number, paletteBits = 0) =>
  Buffer.from([0, palette, kind, 0, 0, 0, 0, paletteBits, 0, 0, 0, 0, 120, 0, 80, 0, bits, 0]);
const behind = (zeros: number, content: string) => latin1('\0'.repeat(zeros) + content);

describe('acceptedFormat', () => {
  it.each([
    ['jpeg', latin1('\xff\xd8\xff\xe0')],
    ['jpeg', jpeg(0xc0)],
    ['jpeg', jpeg(0xc1)],
    // Arithmetic coding is rare, but libjpeg-turbo decodes it.
    ['jpeg', jpeg(0xc9)],
    ['jpeg', jpeg(0xca)],
    ['png', latin1('\x89PNG\r\n\x1a\n')],
    ['webp', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
    ['gif', latin1('GIF89a')],
    ['tiff', latin1('MM\0*\0\0\0\x08')],
    ['tiff', latin1('II+\0\x08\0\0\0')],
    ['avif', media('avif', 'mif1')],
    ['avif', media('mif1', 'miaf', 'avif')],
    ['heic', media('heic', 'mif1')],
    ['heic', media('mif1', 'heic')],
    ['jxl', latin1('\xff\x0a\xfa\x1f')],
    ['jxl', latin1('\0\0\0\x0cJXL \r\n\x87\n')],
    ['svg', text(SVG)],
    ['svg', text(`\ufeff<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg [<!ENTITY a "b">]>\n${SVG}`)],
    ['svg', text(`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">${SVG}`)],
  ])('recognises %s from its content', (format, bytes) => expect(acceptedFormat(bytes)).toBe(format));

  it.each([
    ['MP4 or QuickTime video', media('isom', 'mp41')],
    ['MP4 or QuickTime video', media('qt  ')],
    ['BMP', latin1('BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['BMP', latin1('BM\x1a\0\0\0\x15\0\x10\0\x1a\x03\0\0\x0c\0\0\0')],
    ['BMP of OS/2', latin1('BA\\\0\0\0\xf2\0\0\0\0\0\0\0CI')],
    ['IFUNC (IM)', latin1('File name: cat.im\r\nImage type: RGB image\r\n')],
    ['JPEG 2000', latin1('\0\0\0\x0cjP  \r\n\x87\n')],
    ['Photoshop (PSD)', latin1('8BPS\0\x01')],
    ['ICO', latin1('\0\0\x01\0\x01\0')],
    ['PDF', latin1('%PDF-1.7')],
    ['Photoshop (PSB)', latin1('8BPS\0\x02')],
    ['GIMP (XCF)', latin1('gimp xcf v011\0')],
    ['JPEG XR', latin1('II\xbc\x01\x20\0\0\0')],
    ['JPEG 2000', latin1('\xff\x4f\xff\x51\0\x2f')],
    ['JPEG XS', latin1('\xff\x10\xff\x50')],
    ['BPG', latin1('BPG\xfb\0')],
    ['FLIF', latin1('FLIF31')],
    ['QOI', latin1('qoif\0\0\0\x78')],
    ['farbfeld', latin1('farbfeld\0\0\0\x78')],
    ['Apple icon (ICNS)', latin1('icns\0\0\x10\0')],
    ['cursor (CUR)', latin1('\0\0\x02\0\x01\0\x20\x20')],
    ['animated cursor (ANI)', latin1('RIFF\x10\0\0\0ACONanih')],
    ['TGA', targa(0, 2, 24)],
    ['TGA', targa(0, 3, 8)],
    ['TGA', targa(0, 10, 32)],
    ['TGA', targa(1, 1, 8, 24)],
    ['TGA', targa(1, 2, 16, 15)],
    ['TGA', latin1('\x03\0\x20anything at all\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0')],
    ['DDS', latin1('DDS \x7c\0\0\0')],
    ['KTX', latin1('\xabKTX 20\xbb\r\n\x1a\n')],
    ['ASTC', latin1('\x13\xab\xa1\x5c\x08\x08\x01')],
    ['PCX', latin1('\x0a\x05\x01\x08')],
    ['SGI', latin1('\x01\xda\x01\x01\0\x03')],
    ['Sun raster', latin1('\x59\xa6\x6a\x95\0\0\0\x78')],
    ['Windows metafile (WMF)', latin1('\xd7\xcd\xc6\x9a\0\0')],
    ['Windows metafile (EMF)', latin1(`\x01\0\0\0${'\0'.repeat(36)} EMF`)],
    ['Apple PICT', behind(522, '\0\x11\x02\xff\x0c\0')],
    ['OpenEXR', latin1('v/1\x01\x02\0\0\0')],
    ['Radiance HDR', latin1('#?RADIANCE\n')],
    ['Radiance HDR', latin1('#?RGBE\n')],
    ['DPX', latin1('SDPX\0\0\x08\0')],
    ['Cineon', latin1('\x80\x2a\x5f\xd7')],
    ['FITS', latin1('SIMPLE  =                    T')],
    ['DICOM', behind(128, 'DICM\x02\0')],
    ['NIfTI', latin1(`\x5c\x01\0\0${'\0'.repeat(340)}n+1\0`)],
    ['EPS', latin1('%!PS-Adobe-3.0 EPSF-3.0\n')],
    ['EPS', latin1('\xc5\xd0\xd3\xc6\x1e\0\0\0')],
    ['PostScript', latin1('%!PS-Adobe-3.0\n')],
    ['DjVu', latin1('AT&TFORM\0\0\x10\0DJVU')],
    ['PPM', latin1('P6\n120 80\n255\n')],
    ['PPM', latin1('P3\n# made by hand\n120 80\n255\n')],
    ['PGM', latin1('P5 120 80 255 ')],
    ['PBM', latin1('P1\n2 2\n0 1 1 0')],
    ['PAM', latin1('P7\nWIDTH 120\n')],
    ['PFM', latin1('PF\n120 80\n-1.0\n')],
    ['XBM', latin1('#define cat_width 16\n#define cat_height 16\n')],
    ['XPM', latin1('/* XPM */\nstatic char * cat[] = {')],
    ['Matroska or WebM video', latin1('\x1aE\xdf\xa3')],
    ['AVI video', latin1('RIFF\x10\0\0\0AVI LIST')],
    ['MP4 or QuickTime video', latin1('\0\0\0\x08wide\0\0\0\0mdat')],
    ['MPEG video', latin1('\0\0\x01\xba\x44\0')],
    ['Windows Media video', latin1('\x30\x26\xb2\x75\x8e\x66\xcf\x11')],
    ['12-bit JPEG', jpeg(0xc1, 12)],
    ['12-bit JPEG', jpeg(0xc2, 12)],
    ['lossless JPEG', jpeg(0xc3, 16)],
    ['lossless JPEG', jpeg(0xcb)],
    ['hierarchical JPEG', jpeg(0xde)],
    ['hierarchical JPEG', jpeg(0xc5)],
    ['hierarchical JPEG', jpeg(0xcd)],
    ['JPEG-LS', jpeg(0xf7)],
    ['JPEG without a height in its header (DNL)', jpeg(0xc0, 8, 0)],
    ['Apple’s own form of PNG (CgBI)', latin1('\x89PNG\r\n\x1a\n\0\0\0\x04CgBIP\0\x20\x02')],
  ])('rejects %s as unsupported, by its name', (name, bytes) => {
    expect(() => acceptedFormat(bytes)).toThrow(
      expect.objectContaining({
        status: 'unsupported',
        code: 'unsupported-format',
        message: `Expected a JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, GIF, TIFF, SVG or camera RAW image but received ${name}`,
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
    ['a list that begins like a PPM', text('P3 pencils, 10 of them')],
    ['a program that begins like an XBM', text('#define table_width\n')],
    ['a gzip archive', latin1('\x1f\x8b\x08\0\0\0\0\0')],
    ['a font', latin1('\0\x01\0\0\0\x0f\0\x80\0\x03\0\x70\0\0\0\0\0\0')],
    ['a Targa header of no pixels', targa(0, 2, 24).fill(0, 12, 16)],
    ['a Targa header of an odd depth', targa(0, 2, 13)],
    ['a Targa header of a palette that has no colours', targa(1, 1, 8, 7)],
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
