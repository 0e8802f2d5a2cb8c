import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearParser, type Parser } from '../../../../functions/local/dynamodb/condition-parser.mjs';

const { parse: dynaliteParser } = createRequire(import.meta.url)('dynalite/db/conditionParser.js') as {
  parse: Parser;
};
const parser = linearParser(dynaliteParser);

/** What dynalite hands to its parser beside the text. */
const context = () => ({
  attrNames: { '#a': 'x', '#b': 'y' },
  attrVals: { ':a': { N: '1' }, ':b': { S: 's' } },
  unusedAttrNames: {},
  unusedAttrVals: {},
  isReserved: (name: string) => name.toUpperCase() === 'ABORT',
  compare: () => false,
});

/** The tree, or of what kind the fault is: which of several faults is told first is of no account. */
function read(parse: Parser, text: string): unknown {
  try {
    const result = parse(text, { context: context() });
    return typeof result === 'string' ? 'a fault' : result;
  } catch (error) {
    return (error as Error).name;
  }
}

const operand = fc.constantFrom(
  'a',
  '#a',
  ':a',
  ':b',
  'a.b[1]',
  'size(a)',
  '(a)',
  '(a).b',
  'abort',
  '#c',
  'and',
  '((a))',
);
const condition = fc.oneof(
  fc.tuple(operand, fc.constantFrom('=', '<', '<>', '>='), operand).map((parts) => parts.join(' ')),
  fc.tuple(operand, operand, operand).map(([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`),
  fc.tuple(operand, operand, operand).map(([a, b, c]) => `${a} in (${b}, ${c})`),
  operand.map((a) => `attribute_exists(${a})`),
  operand.map((a) => `contains(a, ${a})`),
  operand,
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    condition,
    fc
      .tuple(tie('expression'), fc.constantFrom('AND', 'or', 'OR'), tie('expression'))
      .map((parts) => parts.join(' ')),
    tie('expression').map((text) => `(${text})`),
    tie('expression').map((text) => `NOT ${text}`),
  ),
}));
/** More would take dynalite's own parser too long. */
const FEW_PARENTHESES = 7;

describe('the parser of conditions', () => {
  it("reads what dynalite's parser reads, and refuses what it refuses", () => {
    const readable = expression.filter((text) => text.split('(').length <= FEW_PARENTHESES);
    fc.assert(
      fc.property(readable, (text) => {
        expect(read(parser, text)).toEqual(read(dynaliteParser, text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes a filter of 200 levels, of which ten are too many for dynalite's parser", () => {
    let text = 'a = :a';
    for (let level = 0; level < 200; level++) text = `(${text} OR b = :a)`;
    let depth = 0;
    let part = (parser(text, { context: context() }) as { expression: { args: { args: never }[] } })
      .expression;
    while (part.args[0]?.args) {
      depth++;
      part = part.args[0] as never;
    }
    expect(depth).toBe(200);
  });

  it.each([
    ['too many parentheses', '('.repeat(4_000)],
    ['parentheses that do not close', '(a = :a OR (b = :a)'],
    ['parentheses that were not opened', 'a = :a)'],
    ['nothing between operators', 'a = :a AND OR b = :a'],
    ['functions in functions', `${'size('.repeat(800)}a${')'.repeat(800)} = :a`],
    ['what is no condition', '= = ='],
  ])('rejects %s', (_, text) => {
    expect(read(parser, text)).toMatch(/SyntaxError|a fault/);
  });

  it('rejects redundant parentheses', () => {
    expect(parser('((a = :a))', { context: context() })).toBe('The expression has redundant parentheses;');
  });
});
