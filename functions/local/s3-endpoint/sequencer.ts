/** Gives event sequencers: 18 upper-case hexadecimal digits, each greater than all before it. */
export type Sequencer = () => string;

/** S3 sends 16 to 18 digits. Clients compare them as strings, so the width must not vary. */
const DIGITS = 18;

/** Room for a million sequencers within one millisecond. */
const COUNTER_BITS = 20n;

/**
 * Concurrent commits may reach the disk in another order than that of their sequencers, so the stored sequencer need
 * not be the greatest. The gap is wider than any number of commits under way at a crash.
 */
const RESTART_GAP = 1n << COUNTER_BITS;

/**
 * A sequencer is the time, so that sequencers grow across restarts, and a counter, so that they grow within a
 * millisecond.
 *
 * @param lastStored the sequencer that the last run stored: it keeps the order even if the clock was set back
 */
export function createSequencer(lastStored: string | undefined): Sequencer {
  let last = lastStored === undefined ? 0n : BigInt(`0x${lastStored}`) + RESTART_GAP;
  return () => {
    const now = BigInt(Date.now()) << COUNTER_BITS;
    last = now > last ? now : last + 1n;
    return last.toString(16).toUpperCase().padStart(DIGITS, '0');
  };
}
