import type { Token } from './tokens.ts';

/** A token as it may be shown; none of the end. */
export function tokenText(token: Token): string | undefined {
  switch (token.kind) {
    case 'word':
    case 'string':
      return token.text;
    case 'weight':
      return `${token.weight}*`;
    case 'field':
      return `${token.field}:`;
    case 'comparison':
      return `${token.subject}${token.operator}`;
    case 'symbol':
      return token.symbol;
    case 'end':
      return undefined;
  }
}
