import { LineCounter, parseDocument } from 'yaml';
import { InvalidInput } from '../../core/errors.ts';

/**
 * The value of a YAML 1.2 text.
 *
 * @throws {InvalidInput} with every syntax error, its line and its column
 */
export function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length === 0) return document.toJS();
  const faults = document.errors.map(({ message, pos: [offset] }) => {
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}: ${message}`;
  });
  throw new InvalidInput('Not YAML', faults);
}
