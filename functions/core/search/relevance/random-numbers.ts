const SEED = 0x5eed;

/** Always the same ones, in [0, 1) (mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md). */
export function randomNumbers(): () => number {
  let state = SEED;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
