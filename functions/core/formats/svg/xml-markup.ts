/** What stands before an XML document's root element, as places in its text. */
export interface XmlPrologue {
  /** The document type declaration, from its `<` to behind its `>`; undefined where there is none. */
  readonly doctype: { readonly start: number; readonly end: number } | undefined;
  /** Where the root element's tag begins; undefined where the text ends before. */
  readonly root: number | undefined;
}

/**
 * Reads over declarations, comments, processing instructions and the document type up to the root element (XML 1.0,
 * section 2.8), in time that grows with the text alone. What breaks XML's rules ends the prologue or is passed over:
 * whoever parses the document will say so.
 *
 * @returns undefined when the text is no markup
 */
export function readPrologue(text: string): XmlPrologue | undefined {
  let doctype: XmlPrologue['doctype'];
  let at = skipSpace(text, 0);
  if (at < text.length && text[at] !== '<') return undefined;
  while (text[at] === '<' && (text[at + 1] === '?' || text[at + 1] === '!')) {
    const end = markupEnd(text, at);
    if (!doctype && isDoctype(text, at)) doctype = { start: at, end: end ?? text.length };
    if (end === undefined) return { doctype, root: undefined };
    at = skipSpace(text, end);
  }
  // A name goes on behind the `<`.
  return { doctype, root: at + 1 < text.length ? at : undefined };
}

function isDoctype(text: string, at: number): boolean {
  return (
    text.startsWith('<!', at) && /^doctype$/i.test(text.slice(at + '<!'.length, at + '<!DOCTYPE'.length))
  );
}

/**
 * Where the comment, section, instruction, document type or tag that begins at a `<` ends; undefined when the text ends
 * before it does.
 */
export function markupEnd(text: string, start: number): number | undefined {
  if (text.startsWith('<!--', start)) return endOf(text, '-->', start + '<!--'.length);
  if (text.startsWith('<![CDATA[', start)) return endOf(text, ']]>', start);
  return isDoctype(text, start) ? doctypeEnd(text, start) : declarationEnd(text, start);
}

/** Where the markup ends that stands within a document type, or a tag. */
export function declarationEnd(text: string, start: number): number | undefined {
  if (text.startsWith('<!--', start)) return endOf(text, '-->', start + '<!--'.length);
  if (text.startsWith('<?', start)) return endOf(text, '?>', start);
  for (let at = nextOf(/["'>]/g, text, start); at !== undefined; at = nextOf(/["'>]/g, text, at)) {
    if (text[at] === '>') return at + 1;
    at = endOf(text, text.charAt(at), at + 1);
    if (at === undefined) break;
  }
  return undefined;
}

/** Its internal subset is in brackets; a bracket or `>` in a literal, a comment or a declaration ends nothing. */
function doctypeEnd(text: string, start: number): number | undefined {
  let isInSubset = false;
  let at = nextOf(/["'[>]/g, text, start);
  while (at !== undefined) {
    const char = text.charAt(at);
    let end: number | undefined = at + 1;
    if (isInSubset && char === '<') end = declarationEnd(text, at);
    else if (char === '"' || char === "'") end = endOf(text, char, at + 1);
    else if (char === '>') return end;
    else isInSubset = char === '[';
    at = end === undefined ? undefined : nextOf(isInSubset ? /[<\]]/g : /["'[>]/g, text, end);
  }
  return undefined;
}

function nextOf(chars: RegExp, text: string, from: number): number | undefined {
  chars.lastIndex = from;
  return chars.exec(text)?.index;
}

function endOf(text: string, terminator: string, from: number): number | undefined {
  const at = text.indexOf(terminator, from);
  return at < 0 ? undefined : at + terminator.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}
