import type { Size } from '../../pixels/pixels.ts';

const SEQUENCE_HEADER = 1;

/**
 * The largest frame that the sequence headers of an AV1 stream allow, by which a decoder allocates; undefined when it has
 * none that can be read (AV1 Bitstream & Decoding Process Specification, section 5).
 */
export function av1FrameSize(stream: Uint8Array): Size | undefined {
  let largest: Size | undefined;
  let at = 0;
  while (at < stream.length) {
    const header = stream[at] ?? 0;
    at += header & 4 ? 2 : 1;
    let size = stream.length - at;
    if (header & 2) {
      const read = leb128(stream, at);
      if (!read) return largest;
      size = read.value;
      at = read.end;
    }
    if (((header >> 3) & 15) === SEQUENCE_HEADER) {
      const found = sequenceSize(stream.subarray(at, at + size));
      largest = {
        width: Math.max(largest?.width ?? 0, found.width),
        height: Math.max(largest?.height ?? 0, found.height),
      };
    }
    at += size;
  }
  return largest;
}

function leb128(stream: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 8 && start + index < stream.length; index++) {
    const byte = stream[start + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, end: start + index + 1 };
  }
  return undefined;
}

/** Section 5.5.1, up to the size. Behind the end of the bytes all bits count as zeros, as in a decoder. */
function sequenceSize(bytes: Uint8Array): Size {
  let position = 0;
  const bits = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++, position++) {
      value = value * 2 + (((bytes[position >> 3] ?? 0) >> (7 - (position & 7))) & 1);
    }
    return value;
  };
  bits(3 + 1);
  const isReduced = bits(1) === 1;
  if (isReduced) bits(5);
  else skipTimingAndOperatingPoints(bits);
  const [widthBits, heightBits] = [bits(4) + 1, bits(4) + 1];
  return { width: bits(widthBits) + 1, height: bits(heightBits) + 1 };
}

function skipTimingAndOperatingPoints(bits: (count: number) => number): void {
  let delayBits = 0;
  if (bits(1) === 1) {
    bits(32 + 32);
    if (bits(1) === 1) skipVariableLength(bits);
    if (bits(1) === 1) {
      delayBits = bits(5) + 1;
      bits(32 + 5 + 5);
    }
  }
  const showsDisplayDelay = bits(1) === 1;
  const points = bits(5) + 1;
  for (let point = 0; point < points; point++) {
    bits(12);
    if (bits(5) > 7) bits(1);
    if (delayBits > 0 && bits(1) === 1) bits(2 * delayBits + 1);
    if (showsDisplayDelay && bits(1) === 1) bits(4);
  }
}

/** `uvlc()`, section 4.10.3. */
function skipVariableLength(bits: (count: number) => number): void {
  let zeros = 0;
  while (zeros < 32 && bits(1) === 0) zeros += 1;
  if (zeros < 32) bits(zeros);
}
