import { constants, gunzipSync } from 'node:zlib';

/** How gzip starts: two bytes of its own, and 8 for deflate, the one method there is (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/** Deflate makes a thousand bytes of one at most, so this much is unpacked in milliseconds, whatever it is. */
const BEGINNING_BYTES = 16 * 1024;
/** Checksum and length, at the end: they say nothing of what the beginning is. */
const TRAILER_BYTES = 8;

/** The beginning of what is packed, however much follows; undefined when it cannot be unpacked. */
export function gunzippedBeginning(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const end = Math.min(BEGINNING_BYTES, Math.max(0, bytes.length - TRAILER_BYTES));
    return gunzipSync(bytes.subarray(0, end), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** What is packed, or why it cannot be had. */
export type Gunzipped =
  | { readonly content: Uint8Array }
  | { readonly fault: 'truncated' | 'corrupt' | 'too-large'; readonly reason: string };

export function gunzipped(bytes: Uint8Array, maximumBytes: number): Gunzipped {
  try {
    return { content: gunzipSync(bytes, { maxOutputLength: maximumBytes }) };
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { fault: 'too-large', reason };
    return { fault: code === 'Z_BUF_ERROR' ? 'truncated' : 'corrupt', reason };
  }
}
