/** Maximum number of a TCP port. */
const HIGHEST_PORT = 65_535;

/** Each says what is expected of a flag's value, or nothing when the value is good. */
export function checkCount(value: string): string | undefined {
  return isWhole(value) && Number(value) >= 1 && Number.isSafeInteger(Number(value))
    ? undefined
    : 'a whole number from 1 up';
}

export function checkScore(value: string): string | undefined {
  return isDecimal(value) && Number(value) <= 1 ? undefined : 'a score from 0 to 1';
}

export function checkPort(value: string): string | undefined {
  return wholeFrom(1, HIGHEST_PORT)(value) && `a port from 1 to ${HIGHEST_PORT}`;
}

/** For a server: 0 takes a free port. */
export function checkServerPort(value: string): string | undefined {
  return wholeFrom(0, HIGHEST_PORT)(value) && `a port from 0 to ${HIGHEST_PORT}`;
}

export function checkNotEmpty(value: string): string | undefined {
  return value.trim() === '' ? 'some text' : undefined;
}

export function checkAboveZero(value: string): string | undefined {
  return isDecimal(value) && Number(value) > 0 ? undefined : 'a number above 0';
}

export function wholeFrom(lowest: number, highest: number): (value: string) => string | undefined {
  return (value) =>
    isWhole(value) && Number(value) >= lowest && Number(value) <= highest
      ? undefined
      : `a whole number from ${lowest} to ${highest}`;
}

export function numberFrom(lowest: number, highest: number): (value: string) => string | undefined {
  return (value) =>
    isDecimal(value) && Number(value) >= lowest && Number(value) <= highest
      ? undefined
      : `a number from ${lowest} to ${highest}`;
}

function isWhole(value: string): boolean {
  return /^\d+$/.test(value);
}

function isDecimal(value: string): boolean {
  return /^(\d+\.?\d*|\.\d+)$/.test(value);
}
