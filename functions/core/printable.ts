/** C0 and C1 control characters, separators of lines, and the marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text with its control characters written out, e.g. `\u001b`. Names of files and keys of objects may come from anyone,
 * and a terminal would obey an escape sequence in them.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const SHELL_ESCAPES: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A path as a terminal shows it: as it is, or, where it has bytes that are no UTF-8 or characters that cannot be printed, as
 * `$'L\366we.jpg'`. Shells take that for the very path (POSIX.1-2024, 2.2.4), and `ls` and git write such bytes alike.
 */
export function printablePath(path: string | Uint8Array): string {
  if (typeof path === 'string' && path.search(UNPRINTABLE) < 0 && !path.startsWith("$'")) return path;
  const bytes = typeof path === 'string' ? new TextEncoder().encode(path) : path;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    parts.push(character?.text ?? octal(bytes.subarray(at, at + (character?.length ?? 1))));
    at += character?.length ?? 1;
  }
  return `$'${parts.join('')}'`;
}

/** The UTF-8 character that begins there, with its text if it can be printed; undefined where the byte begins none. */
function characterAt(bytes: Uint8Array, at: number): { text?: string; length: number } | undefined {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
  } catch {
    return undefined;
  }
  const escaped = SHELL_ESCAPES[text];
  if (escaped !== undefined) return { text: escaped, length };
  return text.search(UNPRINTABLE) < 0 ? { text, length } : { length };
}

function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
