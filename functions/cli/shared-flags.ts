import { checkNotEmpty } from '../terminal/flag-checks.ts';
import type { Flag } from '../terminal/flags.ts';

/** Flags that several commands have, so that they read the same everywhere. */
export const JSON_FLAG = {
  type: 'boolean',
  about: 'Print JSON, one value a line.',
} as const satisfies Flag;

export const MODEL_FLAG = {
  type: 'string',
  value: 'NAME|FOLDER',
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
