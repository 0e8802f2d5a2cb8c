import type { Flag } from '../terminal/flags.ts';

/** Flags that several commands have, so that they read the same everywhere. */
export const JSON_FLAG = {
  type: 'boolean',
  about: 'Print JSON, one value a line.',
} as const satisfies Flag;

export const MODEL_FLAG = {
  type: 'string',
  value: 'NAME|DIR',
  about: 'The model: the name of one that `models list` shows, or a model folder. Default: embedded.',
  check: checkNotEmpty,
} as const satisfies Flag;

export const LABELS_FLAG = {
  type: 'string',
  multiple: true,
  value: 'FILE|FOLDER',
  about: 'Label sets to use instead of the default ones.',
  check: checkNotEmpty,
} as const satisfies Flag;

/** Largest number of a TCP port. */
const HIGHEST_PORT = 65_535;

/** Each says what is expected of a flag's value, or nothing when the value is good. */
export function checkCount(value: string): string | undefined {
  return isWhole(value) && Number(value) >= 1 && Number.isSafeInteger(Number(value))
    ? undefined
    : 'a whole number from 1 up';
}

export function checkScore(value: string): string | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(value) && Number(value) <= 1 ? undefined : 'a score from 0 to 1';
}

export function checkPort(value: string): string | undefined {
  return isWhole(value) && Number(value) >= 1 && Number(value) <= HIGHEST_PORT
    ? undefined
    : `a port from 1 to ${HIGHEST_PORT}`;
}

export function checkNotEmpty(value: string): string | undefined {
  return value.trim() === '' ? 'some text' : undefined;
}

function isWhole(value: string): boolean {
  return /^\d+$/.test(value);
}
