import { describe, expect, it } from 'vitest';
import { CliptagError, InvalidInput } from '../../../functions/core/errors.ts';
import { exitCodeOf, explain } from '../../../functions/terminal/exit-code.ts';

describe('errors', () => {
  it('take one line for one fault, and a line each for several', () => {
    expect(explain(new InvalidInput('x.yaml', ['one']))).toBe('x.yaml: one');
    expect(explain(new InvalidInput('x.yaml', ['one', 'two']))).toBe('x.yaml:\n  one\n  two');
    expect(explain(new InvalidInput('x\u001b[2J', ['\u001b', 'two']))).toBe('x\\u001b[2J:\n  \\u001b\n  two');
  });

  it('take one line whatever stands in a name', () => {
    expect(explain(new CliptagError('usage', 'no such file: a\n b\u001b[2J'))).toBe(
      'no such file: a b\\u001b[2J',
    );
  });

  it('end in 2 when the user can mend them, else in 1', () => {
    expect(exitCodeOf(new InvalidInput('x', ['one']))).toBe(2);
    expect(exitCodeOf(new CliptagError('no-model', 'x'))).toBe(2);
    expect(exitCodeOf(new CliptagError('table-fault', 'x'))).toBe(1);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
  });
});
