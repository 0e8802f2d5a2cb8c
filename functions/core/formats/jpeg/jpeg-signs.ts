const SCAN = 0xda;
const END_MARKER = Buffer.from([0xff, 0xd9]);
const HIGH_BIT = 0x80;
/** Disks and cards lose data by sectors, of 512 bytes or more. */
const SECTOR_BYTES = 512;
/** A lost sector has a look in it, with a whole run behind it, wherever it starts. */
const STEP_BYTES = 128;
/** So many bytes in a row are never all alike, or all below 128, in the codes of a photograph. */
const RUN_BYTES = 48;
/** So many bytes are compared of two sectors. */
const SAME_BYTES = 64;
/** Where a picture is even, its codes are the same again within so many bytes. */
const EVEN_BYTES = 24;
const EVEN_KEY_BYTES = 16;

/**
 * Whether a JPEG has signs of a loss that its decoder may not see: no end, a stretch of bytes that are alike or text, or
 * one that stands there twice. It takes a small part of a decoding's time. Whole pictures have such signs too, now and then.
 */
export function hasSignsOfLoss(bytes: Uint8Array): boolean {
  const start = scanStart(bytes);
  if (start === undefined) return true;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.indexOf(END_MARKER, start);
  if (end < 0) return true;
  const data = file.subarray(0, end);
  return hasRun(data, start) || hasSectorTwice(data, start);
}

/** Where the data of the first scan begin; undefined where the segments before are not as writers lay them. */
function scanStart(bytes: Uint8Array): number | undefined {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (marker < 0xc0 || (marker >= 0xd0 && marker < SCAN) || length < 2) return undefined;
    at += 2 + length;
    if (marker === SCAN) return at;
  }
  return undefined;
}

function hasRun(data: Buffer, start: number): boolean {
  for (let at = start; at + RUN_BYTES <= data.length; at += STEP_BYTES) {
    const first = data[at] ?? 0;
    let alike = 1;
    while (alike < RUN_BYTES && data[at + alike] === first) alike += 1;
    let low = 0;
    while (low < RUN_BYTES && (data[at + low] ?? 0) < HIGH_BIT) low += 1;
    if (alike === RUN_BYTES || (low === RUN_BYTES && !isEven(data, at))) return true;
  }
  return false;
}

/** Looks at where a file's sectors start: what was written twice is there twice as far apart as some of these. */
function hasSectorTwice(data: Buffer, start: number): boolean {
  const sectors = Math.ceil(data.length / SECTOR_BYTES);
  const slots = 2 ** Math.ceil(Math.log2(2 * sectors));
  const places = new Int32Array(slots);
  const last = data.length - SAME_BYTES;
  for (let at = Math.ceil(start / SECTOR_BYTES) * SECTOR_BYTES; at <= last; at += SECTOR_BYTES) {
    let slot = hash(data, at) & (slots - 1);
    for (let place = places[slot]; place; place = places[slot]) {
      if (data.compare(data, place, place + SAME_BYTES, at, at + SAME_BYTES) === 0) {
        if (!isEven(data, at)) return true;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
    places[slot] = at;
  }
  return false;
}

function hash(data: Buffer, at: number): number {
  const mixed = Math.imul(data.readInt32LE(at), 0x9e3779b1) ^ Math.imul(data.readInt32LE(at + 4), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Looks at the middle of what was found: at its sides, something else may begin. */
function isEven(data: Buffer, start: number): boolean {
  const at = start + EVEN_KEY_BYTES;
  const key = data.subarray(at, at + EVEN_KEY_BYTES);
  return data.subarray(at + 1, at + EVEN_BYTES + EVEN_KEY_BYTES).includes(key);
}
