import { CliptagError } from '../core/errors.ts';

/** What the user asked for cannot be done as it was asked: one line, exit code 2. */
export class UsageFault extends CliptagError {
  constructor(faults: readonly string[]) {
    super('usage', faults.join('; '));
  }
}
