import stringWidth from 'string-width';

/** Latin letters and `…` take one cell each. The first text of others costs string-width 20 ms. */
const ONE_CELL_EACH = /^[ -~¡-¬®-ʯ…]*$/;

/** The cells that a text takes on a terminal: two for most letters of East Asia and for emoji, none for some marks. */
export function widthOf(text: string): number {
  return ONE_CELL_EACH.test(text) ? text.length : stringWidth(text);
}
