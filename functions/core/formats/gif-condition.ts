import { colourTableBytes, subBlocksEnd } from './gif-layout.ts';

/** What a look at all codes of a GIF's first frame found; `unknown` where the file is cut, which its decoder tells. */
export type GifCondition = 'whole' | 'short' | 'damaged' | 'unknown';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const LARGEST_CODE_BITS = 12;
/** Codes that are read at a stretch; then others have their turn. */
const TURN_CODES = 2 ** 21;

/**
 * Whether a GIF's first frame has all of its rows, by the lengths of its codes alone (GIF89a, appendix F). Decoders leave
 * out what is missing, and what comes behind a code that means nothing. Some writers leave out the last pixel.
 */
export async function gifCondition(bytes: Uint8Array): Promise<GifCondition> {
  const at = firstFrame(bytes);
  if (at === undefined || at + 11 > bytes.length) return 'unknown';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)];
  const start = at + 10 + colourTableBytes(bytes[at + 9]);
  const rootBits = bytes[start] ?? 0;
  if (subBlocksEnd(bytes, start + 1) > bytes.length) return 'unknown';
  return rootBits < 1 || rootBits >= LARGEST_CODE_BITS
    ? 'damaged'
    : readCodes(joinedBlocks(bytes, start + 1), rootBits, width * (height - 1) + Math.min(width, 1));
}

function firstFrame(bytes: Uint8Array): number | undefined {
  let at = 13 + colourTableBytes(bytes[10]);
  while (bytes[at] === EXTENSION) at = subBlocksEnd(bytes, at + 2);
  return bytes[at] === IMAGE ? at : undefined;
}

/** The data of blocks that each have their length in front. */
function joinedBlocks(bytes: Uint8Array, start: number): Uint8Array {
  const joined = new Uint8Array(subBlocksEnd(bytes, start) - start);
  let length = 0;
  for (let at = start; (bytes[at] ?? 0) !== 0; at += 1 + (bytes[at] ?? 0)) {
    const block = bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0));
    joined.set(block, length);
    length += block.length;
  }
  return joined.subarray(0, length);
}

/** Adds up how many pixels each code stands for. */
async function readCodes(data: Uint8Array, rootBits: number, wanted: number): Promise<GifCondition> {
  const clear = 1 << rootBits;
  const lengths = new Uint32Array(1 << LARGEST_CODE_BITS).fill(1, 0, clear);
  let [next, bits, earlier, pixels] = [clear + 2, rootBits + 1, 0, 0];
  for (let bit = 0, codes = 1; pixels < wanted && bit + bits <= 8 * data.length; codes++) {
    const at = bit >> 3;
    const window = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
    const code = (window >> (bit & 7)) & ((1 << bits) - 1);
    bit += bits;
    if (code === clear) [next, bits, earlier] = [clear + 2, rootBits + 1, 0];
    else if (code === clear + 1) return 'short';
    else {
      // Behind a clear there are colours only; the newest code may be used at once.
      const known = earlier === 0 ? clear : next + (next < lengths.length ? 1 : 0);
      if (code >= known) return 'damaged';
      if (earlier !== 0 && next < lengths.length) {
        lengths[next] = earlier + 1;
        next += 1;
        if (next === 1 << bits && bits < LARGEST_CODE_BITS) bits += 1;
      }
      earlier = lengths[code] ?? 0;
      pixels += earlier;
    }
    if (codes % TURN_CODES === 0) await new Promise(setImmediate);
  }
  return pixels < wanted ? 'short' : 'whole';
}
