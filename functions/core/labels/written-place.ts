/** Where a part of a label set is written in its file. */
export interface WrittenPlace {
  readonly line: number;
  readonly column: number;
  /** How it is written, where it is a single value: `1.10`, which is the number 1.1. */
  readonly text?: string;
}

/** Finds a part by its path, e.g. `['labels', 3, 'name']`: its value, or the key before it. */
export type FindPlace = (path: readonly PropertyKey[], part?: 'value' | 'key') => WrittenPlace | undefined;
