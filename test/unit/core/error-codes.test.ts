import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODE_PARTS, ERROR_CODES, type ErrorDescription } from '../../../functions/core/error-codes.ts';
import { CliptagError, namedByCode } from '../../../functions/core/errors.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const PAGE = 'docs/error-codes.md';
const TABLE = 'functions/core/error-codes.ts';

it(`every code is described in ${PAGE} (npx vitest run test/unit/core/error-codes.test.ts -u writes it)`, async () => {
  await expect(errorCodesPage()).toMatchFileSnapshot(join(REPOSITORY, PAGE));
});

it('every code stands in the sources of something that gives it', () => {
  const sources = [...sourcesIn('functions'), ...sourcesIn('infra')].join('\n');
  const isGiven = (code: string) => new RegExp(`'${code}'|'${code.replace(/^hub-/, '')}'`).test(sources);
  expect(Object.keys(ERROR_CODES).filter((code) => !isGiven(code))).toEqual([]);
});

it('no code is described twice', () => {
  const codes = ERROR_CODE_PARTS.flatMap(({ codes }) => Object.keys(codes));
  expect(codes.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
});

describe('an error', () => {
  it('is retryable where its code is, unless it says otherwise of itself', () => {
    expect(new CliptagError('contended', 'x').retryable).toBe(true);
    expect(new CliptagError('usage', 'x').retryable).toBe(false);
    expect(new CliptagError('not-sent', 'x', { retryable: false }).retryable).toBe(false);
  });

  it('is named for its code where only its name is seen, and another error stays as it is', () => {
    const other = new TypeError('x');
    expect(namedByCode(new CliptagError('queue-full', 'x'))).toMatchObject({ name: 'queue-full' });
    expect(namedByCode(other)).toBe(other);
    expect(other.name).toBe('TypeError');
  });
});

function errorCodesPage(): string {
  return [
    '# Error codes',
    '',
    `<!-- Made of ${TABLE} by test/unit/core/error-codes.test.ts: npx vitest run test/unit/core/error-codes.test.ts -u -->`,
    '',
    'Every error of Cliptag has a code. Callers branch on the code, never on the text. An image that cannot be tagged has its',
    'code in its record and in its result event (`reasonCode`); errors of a message stand in the log of the function (`code`);',
    'a workflow in Step Functions names its errors for their codes. “Again” says that another try may succeed with nothing',
    'changed: such messages go back to the queue.',
    ...ERROR_CODE_PARTS.flatMap(({ title, codes }) => [
      '',
      `## ${title}`,
      '',
      '| Code | Meaning | What to do | Again |',
      '|---|---|---|---|',
      ...Object.entries(codes).map(([code, description]) => tableRow(code, description)),
    ]),
    '',
  ].join('\n');
}

function tableRow(code: string, { meaning, remedy, retryable = false }: ErrorDescription): string {
  return `| \`${code}\` | ${meaning} | ${remedy} | ${retryable ? 'yes' : 'no'} |`;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith('.ts') && file !== TABLE)
    .map((file) => readFileSync(join(REPOSITORY, file), 'utf8'));
}
