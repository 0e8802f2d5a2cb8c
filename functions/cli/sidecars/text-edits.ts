/** A part of a text, and what is to stand in its place. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with some parts replaced, which do not overlap; those at one place come in their order. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const inOrder = edits
    .map((edit, at) => ({ ...edit, at }))
    .sort((a, b) => a.start - b.start || a.end - b.end || a.at - b.at);
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text: part } of inOrder) {
    parts.push(text.slice(from, start), part);
    from = end;
  }
  return [...parts, text.slice(from)].join('');
}

/** The place where the white space before a place begins. */
export function whiteSpaceBefore(text: string, place: number): number {
  let start = place;
  while (start > 0 && /\s/.test(text[start - 1] ?? '')) start -= 1;
  return start;
}
