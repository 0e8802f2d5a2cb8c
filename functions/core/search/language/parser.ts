import { type Bounds, scoreBounds, sizeBounds } from './amounts.ts';
import { fieldCondition } from './field-condition.ts';
import { InvalidQuery } from './invalid-query.ts';
import type { Query, TextCondition, WeightedText } from './query.ts';
import { MAXIMUM_DEPTH, requireLength, requireWithinLimits } from './query-limits.ts';
import { allOf, anyOf } from './query-parts.ts';
import { withScores } from './score-range.ts';
import { tokenText } from './token-text.ts';
import { type Token, tokensOf } from './tokens.ts';
import type { Vocabulary } from './vocabulary.ts';
import { lengthAfterNot, phraseOf, runConditions, type Word } from './word-run.ts';

/** A printed query has parentheses where a typed one may do without. */
const MAXIMUM_PARENTHESES = 2 * MAXIMUM_DEPTH;

export interface ParsedQuery {
  readonly query: Query;
  /** Where a condition by a text or a similar image stands, for faults that show later. */
  columnOf(condition: Query): number;
}

/**
 * Understands a query; the grammar is in docs/search.md.
 *
 * @throws {InvalidQuery} pointing at the column
 */
export function parseQuery(text: string, vocabulary: Vocabulary): ParsedQuery {
  requireLength(text);
  const columns = new Map<Query, number>();
  const query = new Parser(tokensOf(text), vocabulary, columns).query();
  requireWithinLimits(query, columns);
  return { query, columnOf: (condition) => columns.get(condition) ?? 1 };
}

/** Bounds of the scores of the labels beside them: no condition by itself. */
interface ScoreBounds {
  readonly bounds: Bounds;
  readonly token: Token;
}

/** A class for its place among the tokens, which every rule of the grammar moves on. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #vocabulary: Vocabulary;
  readonly #columns: Map<Query, number>;
  #place = 0;
  #parentheses = 0;

  constructor(tokens: readonly Token[], vocabulary: Vocabulary, columns: Map<Query, number>) {
    this.#tokens = tokens;
    this.#vocabulary = vocabulary;
    this.#columns = columns;
  }

  query(): Query {
    if (this.#isEnd()) return { kind: 'every-image' };
    const query = this.#disjunction();
    if (!this.#isEnd()) throw this.#unexpected('a condition, or the end of the query');
    return query;
  }

  get #token(): Token {
    return this.#tokens[this.#place] ?? { kind: 'end', column: 1 };
  }

  #isEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #isSymbol(...symbols: readonly string[]): boolean {
    const token = this.#token;
    return token.kind === 'symbol' && symbols.includes(token.symbol);
  }

  #disjunction(): Query {
    const parts = [this.#conjunction()];
    while (this.#isSymbol('OR')) {
      this.#place++;
      parts.push(this.#conjunction());
    }
    return anyOf(parts);
  }

  #conjunction(): Query {
    const parts: Query[] = [];
    const scores: ScoreBounds[] = [];
    do {
      if (this.#isSymbol('AND') && parts.length + scores.length > 0) this.#place++;
      this.#factor(parts, scores);
    } while (this.#isSymbol('AND') || this.#beginsFactor());
    return scores.reduce((query, { bounds, token }) => this.#withScores(query, bounds, token), allOf(parts));
  }

  #withScores(query: Query, bounds: Bounds, token: Token): Query {
    const changed = withScores(query, bounds, (from, to) =>
      this.#columns.set(to, this.#columns.get(from) ?? 1),
    );
    if (changed !== query) return changed;
    const { column } = token;
    throw new InvalidQuery({
      column,
      expected: 'a label beside a comparison of scores',
      received: tokenText(token),
    });
  }

  #beginsFactor(): boolean {
    return !this.#isEnd() && !this.#isSymbol(')', 'OR', 'AND');
  }

  #factor(parts: Query[], scores: ScoreBounds[]): void {
    const token = this.#token;
    if (token.kind === 'comparison' && token.subject === 'score') {
      this.#place++;
      scores.push({ bounds: scoreBounds(token.operator, token.value), token });
    } else if (this.#isSymbol('NOT')) {
      parts.push(this.#negation());
    } else {
      parts.push(...this.#primary(false));
    }
  }

  #negation(): Query {
    let count = 0;
    for (; this.#isSymbol('NOT'); count++) this.#place++;
    let query = allOf(this.#primary(true));
    if (this.#isSymbol('+', '-'))
      throw this.#unexpected('parentheses around the sum after NOT, as in -("a" + "b")');
    // As many as a query has letters would be too many levels for what looks through them.
    if (count > MAXIMUM_DEPTH)
      throw this.#unexpected(`at most ${MAXIMUM_DEPTH} levels of parentheses and negations`);
    for (; count > 0; count--) query = { kind: 'not', of: query };
    return query;
  }

  #primary(isAfterNot: boolean): readonly Query[] {
    const token = this.#token;
    switch (token.kind) {
      case 'word':
      case 'string':
      case 'weight':
        return this.#texts(isAfterNot);
      case 'field':
        this.#place++;
        return [
          anyOf(
            token.values.map((value) =>
              this.#noted(fieldCondition(token.field, value, this.#vocabulary), value.column),
            ),
          ),
        ];
      case 'comparison':
        if (token.subject === 'score')
          throw this.#unexpected('a condition; of the scores below 0.6, score<0.6');
        this.#place++;
        return [sizeBounds(token.operator, token.value)];
      case 'symbol':
        if (token.symbol === '(') return [this.#group()];
        if (token.symbol !== '*') throw this.#unexpected(expectedFor(token.symbol));
        this.#place++;
        return [{ kind: 'every-image' }];
      default:
        throw this.#unexpected('a condition');
    }
  }

  #group(): Query {
    const { column } = this.#token;
    if (++this.#parentheses > MAXIMUM_PARENTHESES) {
      throw this.#unexpected(`at most ${MAXIMUM_PARENTHESES} parentheses within each other`);
    }
    this.#place++;
    const query = this.#disjunction();
    if (!this.#isSymbol(')')) throw this.#unexpected(`a ")" for the "(" at column ${column}`);
    this.#place++;
    this.#parentheses--;
    return query;
  }

  /** A text in quotes, words, or a sum of such: `horse + stripes - 2*zebra`. */
  #texts(isAfterNot: boolean): readonly Query[] {
    const { column } = this.#token;
    const first = this.#operand(isAfterNot);
    if (!isAfterNot && (first.isWeighted || this.#isSymbol('+', '-'))) return [this.#sum(first, column)];
    const conditions = first.words
      ? runConditions(first.words, this.#vocabulary)
      : [textCondition([first.part])];
    return conditions.map((condition) => this.#noted(condition, column));
  }

  #sum(first: Operand, column: number): Query {
    const parts = [first.part];
    while (this.#isSymbol('+', '-')) {
      const isMinus = this.#isSymbol('-');
      this.#place++;
      const { text, weight } = this.#operand(false).part;
      parts.push({ text, weight: isMinus ? -weight : weight });
    }
    return this.#noted(textCondition(parts), column);
  }

  #operand(isAfterNot: boolean): Operand {
    const token = this.#token;
    if (token.kind === 'weight') {
      this.#place++;
      const { part } = this.#operand(isAfterNot);
      return { part: { text: part.text, weight: token.weight }, isWeighted: true };
    }
    if (token.kind === 'string') {
      this.#place++;
      return { part: { text: phraseOf([token]), weight: 1 }, isWeighted: false };
    }
    const words = this.#words();
    if (words.length === 0) {
      throw this.#unexpected(
        'a text beside the "+" or "-"; what is not wanted has no space after it, as in -label:cat',
      );
    }
    const taken = isAfterNot ? words.slice(0, lengthAfterNot(words, this.#vocabulary)) : words;
    this.#place += taken.length;
    return { part: { text: phraseOf(taken), weight: 1 }, words: taken, isWeighted: false };
  }

  /** The adjacent words that begin here. */
  #words(): readonly Word[] {
    const words: Word[] = [];
    for (let place = this.#place; ; place++) {
      const token = this.#tokens[place];
      if (token?.kind !== 'word') return words;
      words.push(token);
    }
  }

  #noted(condition: Query, column: number): Query {
    this.#columns.set(condition, column);
    return condition;
  }

  #unexpected(expected: string): InvalidQuery {
    const { column } = this.#token;
    return new InvalidQuery({ column, expected, received: tokenText(this.#token) });
  }
}

interface Operand {
  readonly part: WeightedText;
  /** Where it is words without quotes, which may name labels. */
  readonly words?: readonly Word[];
  readonly isWeighted: boolean;
}

/** A weight means nothing where it is the only one. */
function textCondition(parts: readonly WeightedText[]): TextCondition {
  const [first, ...rest] = parts;
  return { kind: 'text', parts: first && rest.length === 0 ? [{ ...first, weight: 1 }] : parts };
}

function expectedFor(symbol: string): string {
  if (symbol === '+' || symbol === '-') {
    return `a text before "${symbol}"; what is not wanted has no space after "-", as in -label:cat`;
  }
  return 'a condition';
}
