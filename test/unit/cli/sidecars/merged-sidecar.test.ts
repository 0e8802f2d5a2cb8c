import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keywordsOf } from '../../../../functions/cli/sidecars/keywords.ts';
import { mergedSidecar } from '../../../../functions/cli/sidecars/merged-sidecar.ts';
import type { Keywords } from '../../../../functions/cli/sidecars/xmp-names.ts';
import { newSidecar } from '../../../../functions/cli/sidecars/xmp-text.ts';
import { keywordsIn, triplesOf } from './rdf-reader.ts';

const wanted = (...labels: string[]): Keywords =>
  keywordsOf(
    labels.map((label) => ({ set: 'general', label })),
    ({ label }) => (label === 'dog' ? ['animal'] : []),
  );
const merged = (text: string, ...labels: string[]) => mergedSidecar(text, wanted(...labels), 'Bag');

/** As Adobe's programs write it: a packet, attributes, other namespaces. */
const LIGHTROOM = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:Rating="4"
   crs:Exposure2012="+0.35">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Rex</rdf:li>
     <rdf:li>Tom &amp; Jerry</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Family|Rex</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;

describe('a sidecar that another program has written', () => {
  it('keeps all that it has, beside our keywords', async () => {
    const text = merged(LIGHTROOM, 'dog', 'sea & sky');
    expect(await keywordsIn(text)).toEqual({
      subject: ['Rex', 'Tom & Jerry', 'dog', 'sea & sky'],
      hierarchicalSubject: ['Family|Rex', 'animal|dog', 'sea & sky'],
      TagsList: ['animal/dog', 'sea & sky'],
    });
    for (const triple of await triplesOf(LIGHTROOM)) expect(await triplesOf(text)).toContain(triple);
  });

  it('is what it was, to the last byte of the rest, once our keywords are gone', () => {
    expect(merged(merged(LIGHTROOM, 'dog', 'sea'))).toBe(LIGHTROOM);
  });

  it('loses those of ours that are wanted no more', async () => {
    const text = merged(merged(LIGHTROOM, 'dog', 'sea'), 'sea', 'boat');
    expect((await keywordsIn(text)).subject).toEqual(['Rex', 'Tom & Jerry', 'sea', 'boat']);
    expect((await keywordsIn(text)).TagsList).toEqual(['sea', 'boat']);
  });

  it('keeps a keyword that was there before us, though we want it and then no more', async () => {
    const text = merged(merged(LIGHTROOM, 'Rex', 'dog'), 'dog');
    expect((await keywordsIn(text)).subject).toEqual(['Rex', 'Tom & Jerry', 'dog']);
  });

  it('leaves out a keyword of ours that somebody has taken out', async () => {
    const taken = merged(LIGHTROOM, 'dog', 'sea').replace(
      /\s*<rdf:li>sea<\/rdf:li>(?=[\s\S]*<\/dc:subject>)/,
      '',
    );
    const text = merged(taken, 'dog', 'sea');
    expect((await keywordsIn(text)).subject).toEqual(['Rex', 'Tom & Jerry', 'dog']);
    expect(merged(text, 'dog', 'sea')).toBe(text);
  });

  it('stays as it is when nothing changes', () => {
    const text = merged(LIGHTROOM, 'dog', 'sea');
    expect(merged(text, 'dog', 'sea')).toBe(text);
    expect(merged(LIGHTROOM)).toBe(LIGHTROOM);
  });

  it('keeps what other programs have written meanwhile', async () => {
    const later = merged(LIGHTROOM, 'dog').replace(
      '<rdf:li>dog</rdf:li>',
      '<rdf:li>dog</rdf:li><rdf:li>Lisbon</rdf:li>',
    );
    expect((await keywordsIn(merged(later, 'cat'))).subject).toEqual(['Rex', 'Tom & Jerry', 'Lisbon', 'cat']);
  });
});

const DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';
const inRdf = (inner: string) =>
  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${inner}</rdf:RDF>`;
const described = (inner: string, attributes = '') =>
  inRdf(`<rdf:Description rdf:about="" ${DC}${attributes}>${inner}</rdf:Description>`);

describe('a sidecar in another form', () => {
  it.each<[what: string, text: string, others: readonly string[]]>([
    ['without a description', inRdf(''), []],
    ['without anything', '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', []],
    [
      'with a description of attributes alone',
      inRdf(`<rdf:Description rdf:about="" ${DC} dc:format="image/jpeg"/>`),
      [],
    ],
    ['with one keyword as an attribute', described('', ' dc:subject="Rex &amp; I"'), ['Rex & I']],
    ['with one keyword as a text', described('<dc:subject>Rex</dc:subject>'), ['Rex']],
    ['with an empty property', described('<dc:subject/>'), []],
    ['with an empty list', described('<dc:subject><rdf:Bag/></dc:subject>'), []],
    ['with an open empty list', described('<dc:subject>\n <rdf:Bag>\n </rdf:Bag></dc:subject>'), []],
    [
      'with a sequence',
      described('<dc:subject><rdf:Seq><rdf:li>Rex</rdf:li></rdf:Seq></dc:subject>'),
      ['Rex'],
    ],
    [
      'with CDATA',
      described('<dc:subject><rdf:Bag><rdf:li><![CDATA[a<b]]></rdf:li></rdf:Bag></dc:subject>'),
      ['a<b'],
    ],
    [
      'with a qualified keyword',
      described(
        '<dc:subject><rdf:Bag><rdf:li rdf:parseType="Resource"><rdf:value>Rex</rdf:value><dc:type>pet</dc:type></rdf:li></rdf:Bag></dc:subject>',
      ),
      ['Rex'],
    ],
    [
      'with other prefixes',
      '<R:RDF xmlns:R="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><R:Description R:about="" xmlns:d="http://purl.org/dc/elements/1.1/"><d:subject><R:Bag><R:li>Rex</R:li></R:Bag></d:subject></R:Description></R:RDF>',
      ['Rex'],
    ],
    [
      'with several descriptions',
      inRdf(
        `<rdf:Description rdf:about="" ${DC} dc:format="x"/><rdf:Description rdf:about="" ${DC}><dc:subject><rdf:Bag><rdf:li>Rex</rdf:li></rdf:Bag></dc:subject></rdf:Description>`,
      ),
      ['Rex'],
    ],
  ])('is merged %s', async (_what, text, others) => {
    const once = merged(text, 'dog', 'x<y>&z');
    expect((await keywordsIn(once)).subject).toEqual([...others, 'dog', 'x<y>&z']);
    expect((await keywordsIn(once)).TagsList).toEqual(['animal/dog', 'x<y>&z']);
    expect(merged(once, 'dog', 'x<y>&z')).toBe(once);
    const gone = await keywordsIn(merged(once));
    expect(gone).toEqual(others.length === 0 ? {} : { subject: others });
  });

  it.each<[string, RegExp]>([
    ['', /unexpected end|document must contain a root element|no element/],
    ['<a>', /unclosed tag/],
    ['not XML', /text data outside of root node/],
    ['<a/>', /there is no rdf:RDF/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', /DOCTYPE/],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /encoding is ISO-8859-1/],
    [described('<dc:subject><rdf:Bag/><rdf:Bag/></dc:subject>'), /subject is no list of texts/],
    [described('<dc:subject>&b;</dc:subject>'), /undefined entity/],
  ])('rejects %j', (text, message) => {
    expect(() => merged(text, 'dog')).toThrow(message);
  });

  it('throws an error or keeps every statement, whatever a byte of it is', () => {
    const text = merged(LIGHTROOM, 'dog');
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('<', '>', '"', '&', ' ', 'x', '/', ''),
        (at, letter) => {
          const mutant = text.slice(0, at) + letter + text.slice(at + 1);
          let once: string;
          try {
            once = merged(mutant, 'cat');
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            return;
          }
          expect(merged(once, 'cat')).toBe(once);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a new sidecar', () => {
  it.each(['Bag', 'Seq'] as const)(
    'is RDF with all keywords, as a %s, and goes through a merge',
    async (form) => {
      const text = newSidecar(wanted('dog', '日本', 'a]]>b', '"q"', '\u{1f600}', 'bad\u0001\ud800'), form);
      const subject = ['dog', '日本', 'a]]>b', '"q"', '\u{1f600}', 'bad'];
      expect(await keywordsIn(text)).toEqual({
        subject,
        hierarchicalSubject: ['animal|dog', ...subject.slice(1)],
        TagsList: ['animal/dog', ...subject.slice(1)],
      });
      expect(text).toContain(`<rdf:${form}>\n     <rdf:li>dog`);
      expect(text).toMatch(/<digiKam:TagsList [^>]*>\s*<rdf:Seq>/);
      expect((await keywordsIn(merged(text, 'cat'))).subject).toEqual(['cat']);
    },
  );

  it('keeps separators of trees out of words', () => {
    expect(keywordsOf([{ set: 's', label: 'and/or|not' }], () => [], 'Cliptag')).toEqual({
      subject: ['and/or|not'],
      hierarchical: ['Cliptag|and/or-not'],
      tagsList: ['Cliptag/and-or|not'],
    });
  });
});
