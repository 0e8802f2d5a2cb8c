import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readLabelSets } from '../../../../functions/adapters/files/label-set-files.ts';
import { parseQuery } from '../../../../functions/core/search/language/parser.ts';
import { queryText } from '../../../../functions/core/search/language/query-text.ts';
import { FIELDS } from '../../../../functions/core/search/language/tokens.ts';
import { vocabularyOf } from '../../../../functions/core/search/language/vocabulary.ts';

const TEXT = readFileSync('docs/search.md', 'utf8');

it('docs/search.md shows queries that are understood by the label sets of the package', async () => {
  const vocabulary = vocabularyOf(await readLabelSets(['models/labels']), []);
  const [, table = ''] = /\| Query \| Finds \|\n\|---\|---\|\n([\s\S]*?)\n\n/.exec(TEXT) ?? [];
  const queries = table.split('\n').flatMap((row) => {
    const [, cell = ''] = /^\| (.*?) ?(?<!\\)\|/.exec(row) ?? [];
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, query = '']) => query.replaceAll('\\|', '|'));
  });
  expect(queries.length).toBeGreaterThan(18);
  const understood = new Map(
    queries.map((query) => [query, queryText(parseQuery(query, vocabulary).query, vocabulary)]),
  );
  expect(understood.get('puppy beach')).toBe('label:dog label:beach');
  expect(understood.get('sunset over water')).toBe('"sunset over water"');
  expect(understood.get('label:"hot dog"')).toBe('label:"hot dog"');
});

it('docs/search.md names every field', () => {
  for (const field of FIELDS) expect(TEXT).toContain(`| \`${field}:`);
});
