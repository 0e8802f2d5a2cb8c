/** Large enough that blocks are few, small enough that the last one wastes little. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Keeps copies of many small arrays of bytes close together: each by itself, or as a part of the answer that it came in,
 * would take a multiple of its room.
 */
export function byteStore(): (bytes: Uint8Array) => Uint8Array {
  let block = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes.length > block.length) {
      block = new Uint8Array(Math.max(BLOCK_BYTES, bytes.length));
      used = 0;
    }
    block.set(bytes, used);
    used += bytes.length;
    return block.subarray(used - bytes.length, used);
  };
}
