import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/read-settings.ts';
import { codeOf, REPOSITORY_FILES, readDocument } from '../fixtures/documents.ts';
import { newApp } from './tagger-template.ts';

const SETTINGS = readSettings(newApp({}).node);

/** How the table writes a default that is no value; what stands for it otherwise is said by the code that reads it. */
const NOTHING = ['none', 'any', '50 MiB', 'by concurrency', "AWS's own, by its digest", "DynamoDB's own"];

/** The rows of the settings' table: names, and default. */
const ROWS = [
  ...readDocument('docs/deploying.md').text.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|/gm),
].map(([, names = '', byDefault = '']) => ({
  names: [...names.matchAll(/\w+/g)].map(([name]) => name),
  byDefault: byDefault.trim().replaceAll('`', ''),
}));

describe('what the documents say of settings', () => {
  it('has a row for each', () => {
    expect(ROWS.flatMap(({ names }) => names).sort()).toEqual(Object.keys(SETTINGS).sort());
  });

  it('tells the defaults as they are', () => {
    const settings = Object.entries(SETTINGS);
    for (const { names, byDefault } of ROWS) {
      for (const [, value] of settings.filter(([name]) => names.includes(name))) {
        const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
        expect(isNothing ? NOTHING : [String(value)], names.join()).toContain(byDefault);
      }
    }
  });

  it('names those that there are in `-c NAME=VALUE`', () => {
    const named = REPOSITORY_FILES.filter((path) => path.endsWith('.md')).flatMap((path) =>
      codeOf(readDocument(path)).flatMap((code) =>
        [...code.matchAll(/(?<!\S)-c (\w+)=/g)].map(([, name]) => name ?? ''),
      ),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !Object.hasOwn(SETTINGS, name) && name !== 'NAME')).toEqual([]);
  });
});
