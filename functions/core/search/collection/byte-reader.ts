/** Reads bytes one part after the other, however they are cut into chunks. */
export interface ByteReader {
  /** Fills it with the next bytes; false where there are not as many. */
  fill(target: Uint8Array): Promise<boolean>;
  /** Whether all bytes have been read. */
  isAtEnd(): Promise<boolean>;
  /** Lets go of what gives the bytes, read or not. */
  close(): Promise<void>;
}

export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const rest = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array | undefined = new Uint8Array(0);

  /** Goes on to a chunk that has bytes; there is none at the end. */
  async function ahead(): Promise<Uint8Array | undefined> {
    while (chunk?.length === 0) {
      const { value, done } = await rest.next();
      chunk = done ? undefined : value;
    }
    return chunk;
  }

  return {
    async fill(target) {
      let filled = 0;
      while (filled < target.length) {
        const bytes = await ahead();
        if (!bytes) return false;
        const part = bytes.subarray(0, target.length - filled);
        target.set(part, filled);
        filled += part.length;
        chunk = bytes.subarray(part.length);
      }
      return true;
    },
    close: async () => void (await rest.return?.()),
    isAtEnd: async () => (await ahead()) === undefined,
  };
}
