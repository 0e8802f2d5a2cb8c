/** Select Graphic Rendition, ECMA-48 8.3.117: the code that begins a style, and the one that ends it. */
const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], cyan: [36, 39] } as const;

export type Style = keyof typeof STYLES;
type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'hasColors'>;

/** A text in a style, where the stream shows it: on a terminal, as NO_COLOR, FORCE_COLOR and TERM have it there. */
export function styled(style: Style, text: string, stream: Stream): string {
  if (!stream.isTTY || !stream.hasColors()) return text;
  const [begin, end] = STYLES[style];
  return `\x1b[${begin}m${text}\x1b[${end}m`;
}
