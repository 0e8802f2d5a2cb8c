import { InvalidQuery } from './invalid-query.ts';
import type { Operator, Value } from './tokens.ts';

/** Bounds that both belong to what they bound, in steps of 1. */
export interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

export interface Size extends Bounds {
  readonly kind: 'pixels' | 'bytes';
}

/** Millions of pixels, and bytes by thousands as cameras and disks count them; by 1,024 with an `i`. */
const UNITS: Readonly<Record<string, { readonly kind: Size['kind']; readonly factor: number }>> = {
  px: { kind: 'pixels', factor: 1 },
  mp: { kind: 'pixels', factor: 1e6 },
  b: { kind: 'bytes', factor: 1 },
  kb: { kind: 'bytes', factor: 1e3 },
  mb: { kind: 'bytes', factor: 1e6 },
  gb: { kind: 'bytes', factor: 1e9 },
  kib: { kind: 'bytes', factor: 2 ** 10 },
  mib: { kind: 'bytes', factor: 2 ** 20 },
  gib: { kind: 'bytes', factor: 2 ** 30 },
};
const AMOUNT = /^(\d{1,13}(?:\.\d{1,6})?|\.\d{1,6})([a-z]+)$/i;
/** Far more than S3 stores in an object (50 TB), and few enough for exact thousandths. */
const MAXIMUM_AMOUNT = 5e12;
/** A tag's score has four decimals: `score>0.6` begins at 0.6001. */
const SCORE_STEPS = 10_000;

/** @throws {InvalidQuery} */
export function sizeBounds(operator: Operator, { text, column }: Value): Size {
  const [, number = '', unit = ''] = AMOUNT.exec(text) ?? [];
  const known = UNITS[unit.toLowerCase()];
  // Rounded to thousandths, for 2.3 × 1,000,000 is a little less than 2,300,000.
  const amount = known ? Math.round(Number(number) * known.factor * 1000) / 1000 : Number.NaN;
  if (!known || !(amount <= MAXIMUM_AMOUNT)) {
    throw new InvalidQuery({
      column,
      expected: 'a size such as 2mp (million pixels), 300kb or 2.5mb, at most 5000gb',
      received: text,
    });
  }
  return { kind: known.kind, ...boundsOf(operator, amount) };
}

/**
 * Bounds of a score, in [0, 1].
 *
 * @throws {InvalidQuery}
 */
export function scoreBounds(operator: Operator, { text, column }: Value): Bounds {
  const score = /^(?:\d(?:\.\d{0,12})?|\.\d{1,12})$/.test(text) ? Number(text) : Number.NaN;
  const { minimum = 0, maximum = SCORE_STEPS } = boundsOf(
    operator,
    Math.round(score * SCORE_STEPS * 1e6) / 1e6,
  );
  if (!(score <= 1) || minimum > SCORE_STEPS || maximum < 0) {
    throw new InvalidQuery({
      column,
      expected: `a score from 0 to 1 after "score${operator}"`,
      received: text,
    });
  }
  return {
    ...(minimum > 0 && { minimum: minimum / SCORE_STEPS }),
    ...(maximum < SCORE_STEPS && { maximum: maximum / SCORE_STEPS }),
  };
}

/** Bounds in steps of 1, which an amount may lie between. */
function boundsOf(operator: Operator, amount: number): Bounds {
  switch (operator) {
    case '>':
      return { minimum: Math.floor(amount) + 1 };
    case '>=':
      return { minimum: Math.ceil(amount) };
    case '<':
      return { maximum: Math.ceil(amount) - 1 };
    case '<=':
      return { maximum: Math.floor(amount) };
    case '=':
      return { minimum: Math.round(amount), maximum: Math.round(amount) };
  }
}

/** Comparisons that give these bounds, each as short as it can be. */
export function sizeTexts({ kind, minimum, maximum }: Size): readonly string[] {
  return boundTexts('size', { minimum, maximum }, (amount) => sizeText(kind, amount));
}

export function scoreTexts({ minimum, maximum }: Bounds): readonly string[] {
  const steps = (bound: number | undefined) => bound && Math.round(bound * SCORE_STEPS);
  const bounds = { minimum: steps(minimum), maximum: steps(maximum) };
  return boundTexts('score', bounds, (amount) => String(amount / SCORE_STEPS));
}

function boundTexts(
  subject: string,
  { minimum, maximum }: Bounds,
  textOf: (amount: number) => string,
): readonly string[] {
  if (minimum !== undefined && minimum === maximum) return [`${subject}=${textOf(minimum)}`];
  const above = minimum === undefined ? [] : [shorter(`>=${textOf(minimum)}`, minimum - 1, '>', textOf)];
  const below = maximum === undefined ? [] : [shorter(`<=${textOf(maximum)}`, maximum + 1, '<', textOf)];
  return [...above, ...below].map((text) => subject + text);
}

function shorter(text: string, next: number, operator: string, textOf: (amount: number) => string): string {
  const other = next < 0 ? text : operator + textOf(next);
  return other.length < text.length ? other : text;
}

function sizeText(kind: Size['kind'], amount: number): string {
  const texts = Object.entries(UNITS)
    .filter(([, unit]) => unit.kind === kind)
    .map(([name, { factor }]) => ({ text: `${amount / factor}${name}`, factor, name }))
    .filter(({ text, factor }) => {
      const [, number = ''] = AMOUNT.exec(text) ?? [];
      return number !== '' && Math.round(Number(number) * factor * 1000) / 1000 === amount;
    });
  return texts.reduce(
    (best, { text }) => (text.length < best.length ? text : best),
    `${amount}${kind === 'pixels' ? 'px' : 'b'}`,
  );
}
