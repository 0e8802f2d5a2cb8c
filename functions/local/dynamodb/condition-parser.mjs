// @ts-check
/**
 * dynalite's parser of conditions and filters tries every alternative anew at every parenthesis, so that its time is
 * multiplied with each level: ten levels take more than a minute. Here ANDs, ORs, NOTs and parentheses are read in one
 * pass, and dynalite's parser reads what is left, the single conditions, with all its checks.
 */

/** A single condition has no more of them: `(size((a))) > :b`. */
const MAXIMUM_PARENTHESES_IN_CONDITION = 4;
/** More levels than the 300 operators that an expression may have can use. */
const MAXIMUM_LEVELS = 300;

/**
 * @typedef {{ expression: unknown, nestedPaths: object, pathHeads: object }} Parsed
 * @typedef {(text: string, options: object) => Parsed | string} Parser gives a fault as text, throws one of syntax
 * @typedef {{ word: string, start: number, end: number }} Token `word` in lower case
 */

/**
 * @param {Parser} parseCondition dynalite's own
 * @returns {Parser}
 */
export function linearParser(parseCondition) {
  return (text, options) => {
    const reader = createReader(text, (condition) => parseCondition(condition, options));
    const expression = reader.readOr(0);
    reader.expectEnd();
    return reader.fault() ?? { expression, ...reader.paths };
  };
}

/**
 * @param {string} text
 * @param {(condition: string) => Parsed | string} parseCondition
 */
function createReader(text, parseCondition) {
  const tokens = tokensOf(text);
  const closing = closingParentheses(tokens);
  const paths = { nestedPaths: Object.create(null), pathHeads: Object.create(null) };
  /** @type {string | undefined} */
  let fault;
  let position = 0;

  const word = (at = position) => tokens[at]?.word;

  /** @returns {never} */
  function failAtPosition() {
    const token = tokens[position];
    const near = token
      ? `token: "${text.slice(token.start, token.end)}", near: "${nearby(token)}"`
      : 'end of input';
    throw syntaxError(near);
  }

  /** @param {Token} token */
  const nearby = ({ start, end }) => text.slice(Math.max(0, start - 10), end + 10);

  /** As dynalite has them: `a OR b OR c` is `a OR (b OR c)`. @param {number} level */
  function readOr(level) {
    return readChain('or', () => readChain('and', () => readNot(level)));
  }

  /** @param {'and' | 'or'} type @param {() => unknown} readPart */
  function readChain(type, readPart) {
    const parts = [readPart()];
    while (word() === type) {
      position++;
      parts.push(readPart());
    }
    return parts.reduceRight((right, left) => ({ type, args: [left, right] }));
  }

  /** @param {number} level */
  function readNot(level) {
    if (word() !== 'not') return readParentheses(level);
    position++;
    return { type: 'not', args: [readParentheses(level)] };
  }

  /** @param {number} level @returns {unknown} */
  function readParentheses(level) {
    if (word() !== '(' || isOperand(position)) return readCondition();
    if (level > MAXIMUM_LEVELS) throw syntaxError('too many nested parentheses');
    const last = closing.get(position) ?? failAtPosition();
    // `((a = b))`, where the inner ones end together with the outer ones.
    if (word(position + 1) === '(' && closing.get(position + 1) === last - 1 && !isOperand(position + 1)) {
      fault ??= 'The expression has redundant parentheses;';
    }
    position++;
    const expression = readOr(level + 1);
    if (position !== last) failAtPosition();
    position++;
    return expression;
  }

  /** Whether parentheses hold the first operand of a condition: `(a) = :b`, `(a).b = :c`, `(a) IN (:b)`. @param {number} at */
  function isOperand(at) {
    const last = closing.get(at);
    const next = last === undefined ? undefined : word(last + 1);
    return next !== undefined && !['and', 'or', ')'].includes(next);
  }

  /** Up to the next AND, OR or closing parenthesis that is not the condition's own. */
  function readCondition() {
    const first = position;
    let depth = 0;
    let betweens = 0;
    for (; position < tokens.length; position++) {
      const at = word();
      if (at === '(' && ++depth > MAXIMUM_PARENTHESES_IN_CONDITION)
        throw syntaxError('too many nested parentheses');
      if (at === ')' && --depth < 0) break;
      if (depth > 0) continue;
      if (at === 'between') betweens++;
      else if (at === 'or' || (at === 'and' && --betweens < 0)) break;
    }
    const [start, end] = [tokens[first]?.start, tokens[position - 1]?.end];
    if (first === position || start === undefined || word(first) === 'not') failAtPosition();
    const parsed = parseCondition(text.slice(start, end));
    if (typeof parsed === 'string') {
      fault ??= parsed;
      return undefined;
    }
    Object.assign(paths.nestedPaths, parsed.nestedPaths);
    Object.assign(paths.pathHeads, parsed.pathHeads);
    return parsed.expression;
  }

  return {
    readOr,
    paths,
    expectEnd: () => void (position < tokens.length && failAtPosition()),
    fault: () => fault,
  };
}

/** Words, with `#` and `:` and what else belongs to a name, and single characters. @param {string} text @returns {Token[]} */
function tokensOf(text) {
  return Array.from(text.matchAll(/[\w#:]+|[^\s]/g), ({ 0: word, index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }));
}

/** The place of the parenthesis that closes, by that of the one that opens. @param {readonly Token[]} tokens */
function closingParentheses(tokens) {
  /** @type {Map<number, number>} */
  const closing = new Map();
  /** @type {number[]} */
  const open = [];
  for (const [at, { word }] of tokens.entries()) {
    if (word === '(') open.push(at);
    const opening = word === ')' ? open.pop() : undefined;
    if (opening !== undefined) closing.set(opening, at);
  }
  return closing;
}

/** By this name dynalite knows it. @param {string} message */
function syntaxError(message) {
  return Object.assign(new Error(message), { name: 'SyntaxError' });
}
