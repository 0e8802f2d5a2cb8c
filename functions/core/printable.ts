/** C0 and C1 control characters, and the marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text with its control characters written out, e.g. `\u001b`. Names of files and keys of objects may come from anyone,
 * and a terminal would obey an escape sequence in them.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
