import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conditionsOf,
  fieldTerm,
  hasFreeText,
  labelTerm,
  removeTerm,
  replaceTerm,
  similarTerm,
  stateOf,
  termAt,
  termsOf,
  toggleTerm,
  withoutTerm,
} from '../../../functions/page/model/query-text.ts';

describe('editing a query', () => {
  it('takes words, quotes, fields and parentheses apart', () => {
    expect(termsOf('dog -label:"golden retriever" (a OR "b c")').map(({ text }) => text)).toEqual([
      'dog',
      '-label:"golden retriever"',
      '(',
      'a',
      'OR',
      '"b c"',
      ')',
    ]);
  });

  it.each([
    ['dog', 'label:dog'],
    ['golden retriever', 'label:"golden retriever"'],
    ['a"b\\c', 'label:"a\\"b\\\\c"'],
    ['-x', 'label:"-x"'],
    ['', 'label:""'],
  ])('asks for the label %j by %s', (label, term) => expect(labelTerm({ set: 'general', label })).toBe(term));

  it('names the label set where several know the label', () => {
    expect(labelTerm({ set: 'mood', label: 'night' }, true)).toBe('label:mood:night');
  });

  it('asks for what looks like a picture, whatever its key', () => {
    expect(similarTerm({ bucket: 'photos', key: 'a b"c.jpg' })).toBe('similar:"s3://photos/a b\\"c.jpg"');
  });

  it.each([
    ['', 'wanted', 'label:dog'],
    ['beach', 'wanted', 'beach label:dog'],
    ['beach', 'unwanted', 'beach -label:dog'],
    ['beach label:dog', 'wanted', 'beach'],
    ['label:dog beach', 'unwanted', 'beach -label:dog'],
    ['-label:dog', 'unwanted', ''],
    ['-label:dog', 'wanted', 'label:dog'],
    ['cat OR beach', 'wanted', '(cat OR beach) label:dog'],
    ['a | b', 'wanted', '(a | b) label:dog'],
    ['(cat OR beach) sea', 'wanted', '(cat OR beach) sea label:dog'],
    ['"cat OR beach"', 'wanted', '"cat OR beach" label:dog'],
  ] as const)('makes of %j, when the label is %s: %j', (query, state, made) => {
    expect(toggleTerm(query, 'label:dog', state)).toBe(made);
  });

  it('leaves labels alone that only begin alike', () => {
    expect(removeTerm('label:dogs label:dog "label:dog"', 'label:dog')).toBe('label:dogs "label:dog"');
    expect(stateOf('label:dogs', 'label:dog')).toBeUndefined();
  });

  it('does and undoes the same, whatever the query is', () => {
    const word = fc.constantFrom('dog', 'label:cat', '-label:"a b"', '"x (y"', 'size>2mp', 'prefix:2024/');
    fc.assert(
      fc.property(
        fc.array(word),
        fc.string(),
        fc.constantFrom('wanted', 'unwanted'),
        (words, label, state) => {
          const query = words.join(' ');
          const term = fieldTerm('label', label);
          fc.pre(stateOf(query, term) === undefined);
          const made = toggleTerm(query, term, state);
          expect(stateOf(made, term)).toBe(state);
          expect(toggleTerm(made, term, state)).toBe(query);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'sunset over water -label:people "a b" size>2mp',
      ['sunset over water', '-label:people', '"a b"', 'size>2mp'],
    ],
    ['label:dog cat -night sea', ['label:dog', 'cat', '-night', 'sea']],
    ['a OR b', []],
    ['horse + stripes', []],
  ])('takes %j apart into %j', (query, conditions) => {
    expect(conditionsOf(query).map(({ text }) => text)).toEqual(conditions);
  });

  it('takes one condition away', () => {
    const query = 'sunset over water  -label:people size>2mp';
    expect(conditionsOf(query).map((one) => withoutTerm(query, one))).toEqual([
      '-label:people size>2mp',
      'sunset over water size>2mp',
      'sunset over water  -label:people',
    ]);
  });

  it('finds the term at the caret and puts another in its place', () => {
    expect(termAt('dog be cat', 6)).toMatchObject({ text: 'be', start: 4, end: 6 });
    expect(termAt('dog ', 4)).toMatchObject({ text: '', start: 4, end: 4 });
    expect(termAt('(do', 3)).toMatchObject({ text: 'do' });
    expect(replaceTerm('dog be cat', { text: 'be', start: 4, end: 6 }, 'label:beach')).toEqual({
      query: 'dog label:beach cat',
      caret: 15,
    });
    expect(replaceTerm('be', { text: 'be', start: 0, end: 2 }, 'label:beach').query).toBe('label:beach ');
    expect(replaceTerm('pre', { text: 'pre', start: 0, end: 3 }, 'prefix:').query).toBe('prefix:');
  });

  it.each([
    ['sunset', true],
    ['"sunset over water"', true],
    ['label:dog sunset', true],
    ['horse + stripes', true],
    ['-sunset', true],
    ['label:dog -label:"a b" size>2mp score>=0.5 (status:failed OR on:2024)', false],
    ['', false],
  ])('knows whether %j compares words with pictures: %j', (query, has) =>
    expect(hasFreeText(query)).toBe(has),
  );
});
