import type { ErrorCode } from '../core/error-codes.ts';
import { CliptagError, InvalidInput } from '../core/errors.ts';
import { printable } from '../core/printable.ts';

/** What the shell gets. `running`: one runs already; `stopped`: 128 + SIGINT, as shells count it. */
export const EXIT = { done: 0, failed: 1, usage: 2, running: 3, stopped: 130 } as const;

/** What the user asked for cannot be done as it was asked: one line, exit code 2. */
export class UsageError extends CliptagError {
  /** What to enter to mend it: a line each, so that they can be copied. */
  readonly commands: readonly string[];

  constructor(faults: readonly string[], commands: readonly string[] = []) {
    super('usage', [faults.join('; '), ...commands.map((command) => `  ${command}`)].join('\n'));
    this.commands = commands;
  }
}

/** Errors that the user mends by asking for something else: another flag, path, query, model, label set, table, stack or bucket. */
const USAGE_CODES: readonly ErrorCode[] = [
  'usage',
  'invalid-input',
  'invalid-query',
  'invalid-cursor',
  'no-model',
  'no-checkpoint',
  'no-tokenizer',
  'no-pipeline',
  'no-token',
  'no-table',
  'no-stack',
  'no-api',
  'no-region',
  'no-bucket',
];

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliptagError && error.code === 'already-running') return EXIT.running;
  return error instanceof CliptagError && USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failed;
}

/** An error as the terminal shows it: one line, but for several faults of a file and for commands, which get a line each. */
export function explain(error: unknown): string {
  const text = error instanceof CliptagError ? error.message : String(error);
  const hasLines =
    (error instanceof InvalidInput && error.faults.length > 1) ||
    (error instanceof UsageError && error.commands.length > 0);
  return hasLines ? text.split('\n').map(printable).join('\n') : printable(text.replace(/\s*\n\s*/g, ' '));
}
