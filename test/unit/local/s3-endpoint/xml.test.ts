import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { S3Error } from '../../../../functions/local/s3-endpoint/errors.ts';
import { parseXml, xmlDocument } from '../../../../functions/local/s3-endpoint/xml.ts';

const schema = z.object({ Key: z.string().optional() });
const read = (text: string) => parseXml(text, 'Delete', schema);

/** What a request is answered with. */
function faultOf(text: string): unknown {
  try {
    return read(text);
  } catch (fault) {
    return fault;
  }
}

describe('parseXml', () => {
  it.each([
    ['an element', '<Delete><Key>a &amp; b&#x21;&#33;</Key></Delete>', { Key: 'a & b!!' }],
    ['a declaration and white space', '<?xml version="1.0"?>\n<Delete>\n</Delete>\n', {}],
    ['a byte order mark', '\ufeff<Delete/>', {}],
    [
      'a namespace',
      '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key>1.0</Key></Delete>',
      { Key: '1.0' },
    ],
    ['CDATA', '<Delete><Key><![CDATA[a & <b> &c;]]></Key></Delete>', { Key: 'a & <b> &c;' }],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['no text', ''],
    ['another root', '<Other/>'],
    ['a root named for what every object has', '<toString/>'],
    ['two roots', '<Delete/><Delete/>'],
    ['another element beside the root', '<Delete/><Other/>'],
    ['text after the root', '<Delete/>text'],
    ['an element that is not closed', '<Delete><Key></Delete>'],
    ['elements nested too deeply', `<Delete>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</Delete>`],
    ['names that mean something to JavaScript', '<Delete><__proto__>1</__proto__></Delete>'],
    ['a constructor', '<Delete><constructor>1</constructor></Delete>'],
    ['an entity that is not defined', '<Delete><Key>&nothing;</Key></Delete>'],
    ['an ampersand alone', '<Delete><Key>a & b</Key></Delete>'],
    ['a reference without an end', '<Delete><Key>&amp</Key></Delete>'],
    ['a character that does not exist', '<Delete><Key>&#1114112;</Key></Delete>'],
    ['a document type', '<!DOCTYPE Delete><Delete/>'],
    ['JSON', '{"Delete":{}}'],
  ])('rejects %s as malformed', (_, text) => {
    expect(faultOf(text)).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it('rejects whatever has been spoilt as malformed, and fails in no other way', () => {
    const parts = [
      '<Delete>',
      '</Delete>',
      '<Key>',
      '</Key>',
      '<',
      '>',
      '/',
      '&',
      ';',
      '&#',
      '"',
      "'",
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?xml',
      '?>',
      '<!DOCTYPE',
      '__proto__',
      '=',
      ' ',
      'a',
      '\0',
      '\ud800',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 4 })), {
      maxLength: 14,
    });
    fc.assert(
      fc.property(text, (pieces) => {
        const answer = faultOf(pieces.join(''));
        expect(answer instanceof S3Error ? answer.code : schema.safeParse(answer).success).toBeOneOf([
          'MalformedXML',
          true,
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back any text that is written', () => {
    // XML cannot hold characters that are no text, and line ends become line feeds.
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((value) => value.trim() !== '' && !/[\r\p{Cc}]/u.test(value));
    fc.assert(
      fc.property(text, (Key) => {
        expect(read(xmlDocument('Delete', { Key }))).toEqual({ Key });
      }),
    );
  });
});
