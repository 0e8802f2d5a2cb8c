import { byteText } from './xml-encoding.ts';
import { declarationEnd, markupEnd, readPrologue } from './xml-markup.ts';

/**
 * Whether the root element of a document that `svgDocument` gave is still open where the text ends. Asked only of
 * those that cannot be read.
 */
export function svgEndsEarly(document: Uint8Array): boolean {
  const text = byteText(document);
  const root = readPrologue(text)?.root;
  const tagEnd = root === undefined ? undefined : declarationEnd(text, root);
  if (root === undefined || tagEnd === undefined) return true;
  const [tag = ''] = /^<[^\s/>]*/.exec(text.slice(root, tagEnd)) ?? [];
  const depthOf = tagDepth(tag.slice(1));
  let depth = depthOf(text, root, tagEnd);
  let at = tagEnd;
  while (depth > 0) {
    const start = text.indexOf('<', at);
    const end = start < 0 ? undefined : markupEnd(text, start);
    if (end === undefined) return true;
    depth += depthOf(text, start, end);
    at = end;
  }
  return false;
}

/** How much deeper a tag leads within elements of a name. */
function tagDepth(name: string) {
  const isOf = (text: string, start: number) =>
    text.startsWith(name, start) && /[\s/>]/.test(text.charAt(start + name.length));
  return (text: string, start: number, end: number): number => {
    if (isOf(text, start + 1)) return text[end - 2] === '/' ? 0 : 1;
    return text[start + 1] === '/' && isOf(text, start + 2) ? -1 : 0;
  };
}
