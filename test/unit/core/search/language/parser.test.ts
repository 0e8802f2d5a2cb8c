import { describe, expect, it } from 'vitest';
import { InvalidQuery } from '../../../../../functions/core/search/language/invalid-query.ts';
import { parseQuery } from '../../../../../functions/core/search/language/parser.ts';
import { queryText } from '../../../../../functions/core/search/language/query-text.ts';
import { VOCABULARY } from '../random-queries.ts';

const understood = (text: string) => queryText(parseQuery(text, VOCABULARY).query, VOCABULARY);

function faultOf(text: string): InvalidQuery {
  try {
    parseQuery(text, VOCABULARY);
  } catch (error) {
    if (error instanceof InvalidQuery) return error;
    throw error;
  }
  throw new Error(`Expected a fault of ${text}`);
}

describe('parseQuery', () => {
  it.each([
    ['', ''],
    ['  \n ', ''],
    ['*', ''],
    ['dog', 'label:dog'],
    ['DOG', 'label:dog'],
    ['puppy', 'label:things:dog'],
    ['dog * beach', 'label:dog label:beach'],
  ])('understands %j as %j', (text, expected) => expect(understood(text)).toBe(expected));

  it.each([
    ['hot dog', 'label:"hot dog"'],
    ['dog beach', 'label:dog label:beach'],
    ['beach hot dog cat', 'label:beach label:"hot dog" label:cat'],
    ['sea shore dog', 'label:things:beach label:dog'],
    ['sunset over water', '"sunset over water"'],
    ['dog over water', '"dog over water"'],
    ['dog and cat', '"dog and cat"'],
    ['dog "cat"', 'label:dog "cat"'],
    ['text:dog', '"dog"'],
    ['text:"hot dog" beach', '"hot dog" label:beach'],
    ['dog prefix:x sunset', 'label:dog prefix:x "sunset"'],
    ['\u201csunset over water\u201d', '"sunset over water"'],
    ['it\u2019s', '"it\'s"'],
  ])('takes adjacent words for labels if all of them are, else for a text: %j', (text, expected) =>
    expect(understood(text)).toBe(expected),
  );

  it.each([
    ['-dog', '-label:dog'],
    ['NOT dog', '-label:dog'],
    ['-hot dog', '-label:"hot dog"'],
    ['-dog beach', '-label:dog label:beach'],
    ['-people beach', '-"people" label:beach'],
    ['-(dog beach)', '-(label:dog label:beach)'],
    ['NOT -dog', '--label:dog'],
    ['a-b', '"a-b"'],
    ['dog AND cat', 'label:dog label:cat'],
    ['dog OR cat beach', 'label:dog OR label:cat label:beach'],
    ['(dog OR cat) beach', '(label:dog OR label:cat) label:beach'],
    ['dog|cat', 'label:dog OR label:cat'],
    ['((dog))', 'label:dog'],
    ['(dog (cat (beach)))', 'label:dog label:cat label:beach'],
    ['label:dog|cat beach', '(label:dog OR label:cat) label:beach'],
    ['status:failed|unsupported', 'status:failed OR status:unsupported'],
    ['label:dog|label:cat', 'label:dog OR label:cat'],
    ['label:dog|"hot dog"', 'label:dog OR label:"hot dog"'],
  ])('joins conditions: %j', (text, expected) => expect(understood(text)).toBe(expected));

  it.each([
    ['horse + stripes - zebra', '"horse" + "stripes" - "zebra"'],
    ['dog + cat', '"dog" + "cat"'],
    ['2*horse + 0.5*"striped shirt"', '2*"horse" + 0.5*"striped shirt"'],
    ['2*horse', '"horse"'],
    ['label:dog horse run + grass - fence -cat', 'label:dog "horse run" + "grass" - "fence" -label:cat'],
    ['-(a + b)', '-("a" + "b")'],
    ['"a" "b" + "c"', '"a" "b" + "c"'],
    ['a - b OR c', '"a" - "b" OR "c"'],
  ])('adds and subtracts texts: %j', (text, expected) => expect(understood(text)).toBe(expected));

  it.each([
    ['dog score>0.6', 'label:dog score>0.6'],
    ['score >= 0.60 dog', 'label:dog score>=0.6'],
    ['dog score>0.3 score<.5', 'label:dog score>0.3 score<0.5'],
    ['dog score=1', 'label:dog score>=1'],
    ['dog score\u22650.5', 'label:dog score>=0.5'],
    ['dog -cat score>0.5', 'label:dog -label:cat score>0.5'],
    ['dog -(cat score>0.5)', 'label:dog -(label:cat score>0.5)'],
    ['(dog OR cat) score>0.5 beach', '(label:dog OR label:cat) label:beach score>0.5'],
    ['dog score>0.5 OR cat', 'label:dog score>0.5 OR label:cat'],
    ['(dog score>0.5) cat', '(label:dog score>0.5) label:cat'],
    ['(dog score>0.5) score>0.2', 'label:dog score>0.5'],
    ['dog score>0', 'label:dog score>0'],
  ])('lets a score stand for the wanted labels of its conjunction: %j', (text, expected) =>
    expect(understood(text)).toBe(expected),
  );

  it.each([
    ['size>2mp', 'pixels', { minimum: 2_000_001 }],
    ['size >= 2.3MP', 'pixels', { minimum: 2_300_000 }],
    ['size<640px', 'pixels', { maximum: 639 }],
    ['size<=300kb', 'bytes', { maximum: 300_000 }],
    ['size>1mib', 'bytes', { minimum: 1_048_577 }],
    ['size=0b', 'bytes', { minimum: 0, maximum: 0 }],
    ['after:2025', 'time', { from: Date.UTC(2025, 0) }],
    ['before:2025-06', 'time', { to: Date.UTC(2025, 5) }],
    ['on:2025', 'time', { from: Date.UTC(2025, 0), to: Date.UTC(2026, 0) }],
    ['on:2024-02', 'time', { from: Date.UTC(2024, 1), to: Date.UTC(2024, 2) }],
    ['on:2024-02-29', 'time', { from: Date.UTC(2024, 1, 29), to: Date.UTC(2024, 2, 1) }],
    ['on:2025-06-01T12:30', 'time', { from: Date.UTC(2025, 5, 1, 12, 30), to: Date.UTC(2025, 5, 1, 12, 31) }],
    ['after:2025-06-01t12:30:05.5z', 'time', { from: Date.UTC(2025, 5, 1, 12, 30, 5, 500) }],
    ['after:"2025-06-01 12"', 'time', { from: Date.UTC(2025, 5, 1, 12) }],
    ['on:0001', 'time', { from: Date.parse('0001-01-01T00:00Z'), to: Date.parse('0002-01-01T00:00Z') }],
    ['near:48.1,11.6', 'near', { latitude: 48.1, longitude: 11.6, kilometres: 10 }],
    ['near:-48.1,+11.6,500m', 'near', { latitude: -48.1, longitude: 11.6, kilometres: 0.5 }],
    ['near:"48.1, 11.6, 2 mi"', 'near', { latitude: 48.1, longitude: 11.6, kilometres: 3.218688 }],
    ['STATUS:Failed', 'status', { status: 'failed' }],
    ['camera:"EOS R5"', 'camera', { camera: 'EOS R5' }],
    ['bucket:photos', 'bucket', { bucket: 'photos' }],
    ['prefix:2024/my\\ trip/', 'prefix', { prefix: '2024/my trip/' }],
    ['prefix:2024/"my trip"/x', 'prefix', { prefix: '2024/my trip/x' }],
    ['prefix:"a\\"b\\\\c"', 'prefix', { prefix: 'a"b\\c' }],
    ['prefix:IMG(1)', 'prefix', { prefix: 'IMG(1)' }],
    ['(prefix:a)', 'prefix', { prefix: 'a' }],
    ['similar:a/b.jpg', 'similar', { key: 'a/b.jpg' }],
    ['similar:s3://photos/a.jpg', 'similar', { bucket: 'photos', key: 'a.jpg' }],
  ])('reads %s', (text, kind, parts) =>
    expect(parseQuery(text, VOCABULARY).query).toEqual({ kind, ...parts }),
  );

  it.each([
    ['label:places:forest', [{ set: 'places', label: 'forest' }]],
    ['label:things:puppy', [{ set: 'things', label: 'dog' }]],
    ['forest', [{ set: 'places', label: 'forest' }]],
    [
      'beach',
      [
        { set: 'things', label: 'beach' },
        { set: 'places', label: 'beach' },
      ],
    ],
    [
      'dog',
      [
        { set: 'things', label: 'dog' },
        { set: 'old', label: 'Dog' },
      ],
    ],
    ['label:old:dog', [{ set: 'old', label: 'Dog' }]],
    ['label:"washbasin (sink)"', [{ set: 'things', label: 'washbasin (sink)' }]],
  ])('knows what %s names, in each label set', (text, terms) =>
    expect(parseQuery(text, VOCABULARY).query).toEqual({ kind: 'label', terms, minimumScore: 0 }),
  );

  it.each([
    ['dog lable:cat', 5, 'lable:', ['label:']],
    ['label:dgo', 7, 'dgo', ['label:dog']],
    ['label:things:cta', 7, 'things:cta', ['label:things:cat']],
    ['label:thing:cat', 7, 'thing:cat', ['label:things:cat']],
    ['label:"hot dgo"', 7, 'hot dgo', ['label:"hot dog"']],
    ['status:faild', 8, 'faild', ['status:failed']],
    ['label:zebra', 7, 'zebra', []],
  ])('rejects %s with what may have been meant', (text, column, received, suggestions) =>
    expect(faultOf(text)).toMatchObject({ column, received, suggestions }),
  );

  it.each([
    ['dog (cat', 9, 'a ")" for the "(" at column 5', undefined],
    ['dog) cat', 4, 'a condition, or the end of the query', ')'],
    ['()', 2, 'a condition', ')'],
    ['dog OR', 7, 'a condition', undefined],
    ['AND dog', 1, 'a condition', 'AND'],
    ['dog AND OR cat', 9, 'a condition', 'OR'],
    ['"a\\"', 5, 'a quote that closes the one at column 1', undefined],
    ['dog \\', 6, 'a character after "\\"', undefined],
    ['horse +stripes', 8, 'a space after "+"', 's'],
    [
      'a + label:dog',
      5,
      'a text beside the "+" or "-"; what is not wanted has no space after it, as in -label:cat',
      'label:',
    ],
    [
      'label:dog - a',
      11,
      'a text before "-"; what is not wanted has no space after "-", as in -label:cat',
      '-',
    ],
    ['-a + b', 4, 'parentheses around the sum after NOT, as in -("a" + "b")', '+'],
    ['0*a', 1, 'a weight above 0', '0'],
    ['label: dog', 7, 'a value right after "label:"', ' '],
    ['text:" "', 6, 'a text', ''],
    ['"sunset" score>0.5', 10, 'a label beside a comparison of scores', 'score>'],
    ['-score>0.5', 2, 'a condition; of the scores below 0.6, score<0.6', 'score>'],
    ['dog score>1.5', 11, 'a score from 0 to 1 after "score>"', '1.5'],
    ['dog score>1', 11, 'a score from 0 to 1 after "score>"', '1'],
    ['score:0.5', 1, 'a comparison, as in score>0.6', 'score:'],
    ['size>2', 6, 'a size such as 2mp (million pixels), 300kb or 2.5mb, at most 5000gb', '2'],
    ['size>9999gb', 6, 'a size such as 2mp (million pixels), 300kb or 2.5mb, at most 5000gb', '9999gb'],
    ['size> ', 7, 'a number after "size>"', undefined],
    ['status:deleted', 8, 'a status (tagged, unsupported, failed)', 'deleted'],
    [
      'near:91,0',
      6,
      'a latitude, a longitude and a distance such as 48.1,11.6,10km, at most 20100 km',
      '91,0',
    ],
    ['similar:s3://photos', 9, 'a key, or s3://BUCKET/KEY', 's3://photos'],
  ])('rejects %j at its column', (text, column, expected, received) =>
    expect(faultOf(text)).toMatchObject({ code: 'invalid-query', column, expected, received }),
  );

  it.each([
    '2025-13',
    '2025-02-30',
    '25',
    '2025-6-1',
    '2025-06-01T24:00',
    '2025-06-01T12:30+02:00',
    'yesterday',
  ])('rejects the time %s', (time) =>
    expect(faultOf(`after:${time}`)).toMatchObject({ column: 7, received: time }),
  );

  it('counts columns as strings do, in UTF-16 units', () => {
    expect(faultOf('"\u{1f415}" lable:x').column).toBe(6);
  });

  it('says in one sentence what was expected, what arrived, and what may have been meant', () => {
    expect(faultOf('label:dgo').message).toBe(
      'Column 7: expected a label of things, places, old but received "dgo"; did you mean label:dog?',
    );
    expect(faultOf('dog OR').message).toBe('Column 7: expected a condition but the query ends');
  });

  it('takes as much as its limits and no more', () => {
    const nested = (depth: number) => `${'-('.repeat(depth)}dog${')'.repeat(depth)}`;
    expect(() => parseQuery(nested(20), VOCABULARY)).not.toThrow();
    expect(faultOf(nested(21)).expected).toBe('at most 20 levels of parentheses and negations');
    expect(() => parseQuery('dog '.repeat(100), VOCABULARY)).not.toThrow();
    expect(faultOf('dog '.repeat(101)).expected).toBe('at most 100 conditions');
    expect(() => parseQuery('"a" '.repeat(16), VOCABULARY)).not.toThrow();
    expect(faultOf('"a" '.repeat(17))).toMatchObject({
      expected: 'at most 16 texts and similar images',
      column: 65,
    });
    expect(() => parseQuery(`"${'a'.repeat(1998)}"`, VOCABULARY)).not.toThrow();
    expect(faultOf(`"${'a'.repeat(1999)}"`)).toMatchObject({
      expected: 'at most 2000 characters',
      received: '2001',
    });
  });
});
