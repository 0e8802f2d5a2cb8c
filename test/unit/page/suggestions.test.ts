import { describe, expect, it } from 'vitest';
import { labelTerm } from '../../../functions/page/model/query-text.ts';
import { suggestionsFor } from '../../../functions/page/model/suggestions.ts';

const KNOWN = {
  labels: [
    { set: 'general', label: 'beach', count: 2340 },
    { set: 'general', label: 'dog', count: 12 },
    { set: 'general', label: 'golden retriever', count: 7 },
    { set: 'mood', label: 'bedtime', count: 3 },
  ],
  recent: ['sunset -people', 'beach dog'],
  termOf: labelTerm,
};

const queries = (query: string, caret = query.length) =>
  suggestionsFor(query, caret, KNOWN).map((one) => one.query);

describe('suggestions', () => {
  it('are recent queries, frequent labels and fields for an empty box', () => {
    const [first, second, third] = suggestionsFor('', 0, KNOWN);
    expect([first, second].map((one) => one?.text)).toEqual(KNOWN.recent);
    expect(third).toMatchObject({
      kind: 'label',
      text: 'beach',
      remark: '2,340 · general',
      query: 'label:beach ',
    });
    expect(suggestionsFor('', 0, KNOWN)).toHaveLength(8);
  });

  it('are labels that begin as typed, then fields, then queries asked before', () => {
    expect(queries('be')).toEqual(['label:beach ', 'label:bedtime ', 'before:', 'beach dog']);
  });

  it('find a later word of a label, and keep a minus', () => {
    expect(queries('sea -retr')).toEqual(['sea -label:"golden retriever" ']);
  });

  it('complete a label and a status after their fields', () => {
    expect(queries('label:do')).toEqual(['label:dog ']);
    expect(queries('label:"golden re')).toEqual(['label:"golden retriever" ']);
    expect(queries('-status:un')).toEqual(['-status:unsupported ']);
  });

  it('put the label where the caret is', () => {
    expect(suggestionsFor('do sea', 2, KNOWN)[0]).toMatchObject({
      query: 'label:dog sea',
      caret: 9,
      isWhole: true,
    });
  });

  it('say which ones are still to be completed', () => {
    expect(suggestionsFor('pref', 4, KNOWN)).toMatchObject([{ query: 'prefix:', isWhole: false }]);
  });
});
