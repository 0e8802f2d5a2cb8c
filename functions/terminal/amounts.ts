/** A number of things, e.g. `1,000,000`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

const DOLLARS_WIDTH = 12;

/** US dollars with cents, e.g. `$1,234.50`, aligned with those in other lines. */
export function dollarsText(price: number): string {
  const text = price.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `$${text}`.padStart(DOLLARS_WIDTH);
}
