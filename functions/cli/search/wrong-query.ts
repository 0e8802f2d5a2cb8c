import { CliptagError } from '../../core/errors.ts';
import { InvalidQuery } from '../../core/search/language/invalid-query.ts';
import { styled } from '../../terminal/colours.ts';
import { EXIT, explain } from '../../terminal/exit-code.ts';
import type { Output } from '../../terminal/output.ts';
import { pointedAt } from '../../terminal/pointer.ts';

/** An {@link InvalidQuery} that another process has found. */
export class WrongQuery extends CliptagError {
  readonly column: number;

  constructor(message: string, column: number) {
    super('invalid-query', message);
    this.column = column;
  }
}

/** What is wrong with a query is told with a caret under it; resolves to the exit code. */
export async function tellWrongQuery(
  { program, query }: { readonly program: string; readonly query: string },
  output: Output,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WrongQuery || error instanceof InvalidQuery)) throw error;
    output.fault(`${styled('red', `${program}:`, process.stderr)} ${explain(error)}`);
    for (const line of pointedAt(query, error.column)) output.fault(line);
    return EXIT.usage;
  }
}
