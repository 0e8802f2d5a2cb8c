import { comparableSequencer } from '../../objects/object.ts';

/** Where a record stands among the states of its image. */
export interface RecordState {
  /** Four numbers of 32 bits, which compare as the sequencer does. */
  readonly sequencer: ArrayLike<number>;
  readonly revision: number;
}

export const SEQUENCER_NUMBERS = 4;
/** Hexadecimal digits of a number. */
const DIGITS = 8;

export function recordState(record: { readonly sequencer: string; readonly revision: number }): RecordState {
  const digits = comparableSequencer(record.sequencer).padEnd(SEQUENCER_NUMBERS * DIGITS, '0');
  const number = (place: number) => Number.parseInt(digits.slice(place * DIGITS, (place + 1) * DIGITS), 16);
  return { sequencer: [number(0), number(1), number(2), number(3)], revision: record.revision };
}

/**
 * Orders two states of one image: below 0 where the first is older. The sequencer goes first, for once DynamoDB has
 * removed a tombstone, revisions begin at 1 again.
 */
export function compareStates(a: RecordState, b: RecordState): number {
  for (let i = 0; i < SEQUENCER_NUMBERS; i++) {
    const difference = (a.sequencer[i] ?? 0) - (b.sequencer[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.revision - b.revision;
}
