import { describe, expect, it } from 'vitest';
import { readXml } from '../../../../functions/local/s3-endpoint/xml-reader.ts';

describe('the reader of XML', () => {
  it.each([
    ['text', '<a>x</a>', 'x'],
    ['no text', '<a/>', ''],
    ['text with spaces', '<a> x </a>', ' x '],
    ['references', '<a>&lt;&#38;&#x1F600;&quot;</a>', '<&😀"'],
    ['CDATA', '<a>x<![CDATA[<&amp;]]>y</a>', 'x<&amp;y'],
    [
      'comments, a declaration, a byte order mark',
      '\ufeff<?xml version="1.0"?>\n<!-- x --><a>x<!-- y --></a>\n',
      'x',
    ],
    ['attributes', `<a xmlns="http://s3" b='>'><c d="1"/></a>`, { c: '' }],
    ['children, and white space between them', '<a>\n <b>1</b>\n <c>2</c>\n</a>', { b: '1', c: '2' }],
    ['children of one name', '<a><b>1</b><b/><b>3</b></a>', { b: ['1', '', '3'] }],
    ['elements in elements', '<a><b><c>1</c></b></a>', { b: { c: '1' } }],
  ])('takes %s', (_, text, content) => {
    expect(readXml(text)).toEqual({ name: 'a', content });
  });

  it.each([
    ['nothing', ' '],
    ['text alone', 'x'],
    ['text behind the root', '<a/>x'],
    ['two roots', '<a/><a/>'],
    ['an element that is not closed', '<a><b></a>'],
    ['an end of the text within an element', '<a><b>'],
    ['an end tag alone', '</a>'],
    ['a tag that is no tag', '<a><1/></a>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['an entity with the name of what every object has', '<a>&toString;</a>'],
    ['an ampersand alone', '<a>a & b</a>'],
    ['a character that is none', '<a>&#x110000;</a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an element with the name of what every object has', '<a><__proto__>x</__proto__></a>'],
    ['a comment without an end', '<a/><!-- '],
    ['elements without end in each other', '<a>'.repeat(1_000_000)],
    ['more elements than any request has', `<a>${'<b/>'.repeat(200_000)}</a>`],
    [
      'more names than any request has',
      `<a>${Array.from({ length: 100 }, (_, number) => `<b${number}/>`).join('')}</a>`,
    ],
  ])('rejects %s', (_, text) => {
    expect(() => readXml(text)).toThrow(expect.objectContaining({ code: 'MalformedXML', status: 400 }));
  });
});
