import { CliptagError, excerpt } from '../../errors.ts';

export interface QueryFault {
  /** Where it is wrong: the first column is 1, counted in UTF-16 units as strings and text fields are. */
  readonly column: number;
  readonly expected: string;
  /** What stands there. @default the query's end */
  readonly received?: string | undefined;
  /** What may have been meant, as it is written in the query language. */
  readonly suggestions?: readonly string[] | undefined;
}

/**
 * A query that cannot be understood.
 *
 * @example
 * Column 5: expected a field (label:, text:, …) but received "lable:"; did you mean label:?
 */
export class InvalidQuery extends CliptagError {
  readonly column: number;
  readonly expected: string;
  readonly received: string | undefined;
  readonly suggestions: readonly string[];

  constructor({ column, expected, received, suggestions = [] }: QueryFault) {
    const arrived = received === undefined ? 'the query ends' : `received ${excerpt(received)}`;
    const hint = suggestions.length > 0 ? `; did you mean ${suggestions.join(' or ')}?` : '';
    super('invalid-query', `Column ${column}: expected ${expected} but ${arrived}${hint}`);
    this.column = column;
    this.expected = expected;
    this.received = received;
    this.suggestions = suggestions;
  }
}
