import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isSvg } from '../../../../../functions/core/formats/svg/svg-root.ts';
import { text } from '../../../../fixtures/pictures.ts';
import { DISC, discDocuments, discUnder, utf32 } from '../../../../fixtures/svg-documents.ts';

const page = `<!DOCTYPE html><html><body>${DISC}</body></html>`;

describe('isSvg', () => {
  it.each(discDocuments())('knows an SVG with %s', (_, bytes) => expect(isSvg(bytes)).toBe(true));

  it.each([
    ['a page with a drawing', page],
    ['a drawing within another element', `<?xml version="1.0"?><g>${DISC}</g>`],
    ['a drawing in a comment', `<!-- ${DISC} --><rss/>`],
    ['a drawing in the document type', `<!DOCTYPE rss [<!ENTITY a '${DISC.replaceAll("'", '"')}'>]><rss/>`],
    ['a drawing in an instruction', `<?a ${DISC}?><rss/>`],
    ['a longer name', '<svgs xmlns="http://www.w3.org/2000/svg"/>'],
    ['another name under the prefix', '<svg:g xmlns:svg="http://www.w3.org/2000/svg"/>'],
    ['a prefix for something else', discUnder('a', 'xmlns:a="urn:a"')],
    ['a prefix for nothing', discUnder('a', 'xmlns="http://www.w3.org/2000/svg"')],
    ['a name of something else', discUnder('', 'xmlns="urn:a"')],
    ['a comment without end', `<!-- ${DISC}`],
    ['a document type without end', `<!DOCTYPE rss [ ${DISC}`],
    ['brackets without end', '<!DOCTYPE a ['.padEnd(200_000, '[')],
    ['a tag and no more', '<'],
    ['words before the drawing', `drawing: ${DISC}`],
  ])('knows %s for none', (_, content) => {
    expect(isSvg(text(content))).toBe(false);
    expect(isSvg(gzipSync(content))).toBe(false);
    expect(isSvg(Buffer.from(`\ufeff${content}`, 'utf16le'))).toBe(false);
    expect(isSvg(utf32(content))).toBe(false);
  });

  it.each([
    ['no markup', 'PK\x03\x04'],
    ['zeros', '\0'.repeat(100_000)],
    ['nothing', ''],
  ])('knows gzip of %s for none', (_, content) => expect(isSvg(gzipSync(content))).toBe(false));

  it.each([
    ['in its first tag', DISC.slice(0, 20)],
    ['in its document type', '<?xml version="1.0"?><!DOCTYPE s:svg [<!ENTITY a "'],
    ['behind its document type', '<!DOCTYPE svg><!-- '],
  ])('knows an SVG that is cut off %s', (_, content) => {
    expect(isSvg(text(content))).toBe(true);
    expect(isSvg(gzipSync(content))).toBe(true);
  });

  it('knows a packed SVG wherever it is cut off behind its codes', () => {
    const packed = gzipSync(DISC);
    for (let length = 60; length < packed.length; length++)
      expect(isSvg(packed.subarray(0, length)), `${length} bytes`).toBe(true);
  });

  it('reads what is hostile in no more than a glance', () => {
    // Were any of these read over and over, it would take hours.
    for (const piece of [
      '[',
      '<',
      '<!',
      '<!--',
      '<?',
      '<a ',
      '"',
      "'<",
      ' a="',
      '%a;',
      '&',
      ']]>',
      '<![CDATA[',
    ])
      for (const start of ['<!DOCTYPE svg [', '<!DOCTYPE svg ', '<svg '])
        isSvg(text(start + piece.repeat(1e6 / piece.length)));
    isSvg(text('<?a?>'.repeat(1e6)));
    isSvg(text('<!---->'.repeat(1e6)));
  });
});
