// The head of an uncompressed TIFF (TIFF 6.0), which libvips reads as any other: the ICC profile goes with the pixels.

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const TYPE_BYTES = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 };
const ENTRY_BYTES = 12;
const RGB = 2;
const UNASSOCIATED_ALPHA = 2;
/** Rows of a strip: libtiff holds a whole one. */
const STRIP_ROWS = 64;

/**
 * @param channels 3 for RGB, 4 for RGB and alpha, 8 bit each
 * @param profile the ICC profile's bytes, or undefined
 * @returns the bytes that stand before the pixels, which follow row by row
 */
export function tiffHead({ width, height, channels, profile }) {
  const strips = Array.from({ length: Math.ceil(height / STRIP_ROWS) }, (_, index) => index);
  const stripBytes = STRIP_ROWS * width * channels;
  const lastBytes = height * width * channels - (strips.length - 1) * stripBytes;
  const entries = (pixelsAt) => [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array(channels).fill(8)],
    [259, SHORT, [1]],
    [262, SHORT, [RGB]],
    [273, LONG, strips.map((strip) => pixelsAt + strip * stripBytes)],
    [277, SHORT, [channels]],
    [278, LONG, [STRIP_ROWS]],
    [279, LONG, strips.map((strip) => (strip === strips.length - 1 ? lastBytes : stripBytes))],
    [284, SHORT, [1]],
    ...(channels === 4 ? [[338, SHORT, [UNASSOCIATED_ALPHA]]] : []),
    ...(profile ? [[34675, UNDEFINED, profile]] : []),
  ];
  // The length does not depend on where the pixels start.
  return written(entries(written(entries(0)).length));
}

/** Header, directory, then the values that do not fit into an entry. */
function written(entries) {
  const directoryBytes = 2 + entries.length * ENTRY_BYTES + 4;
  const far = entries
    .map(([, type, values]) => values.length * TYPE_BYTES[type])
    .filter((bytes) => bytes > 4);
  const head = Buffer.alloc(far.reduce((sum, bytes) => sum + even(bytes), 8 + directoryBytes));
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  let free = 8 + directoryBytes;
  for (const [index, [tag, type, values]] of entries.entries()) {
    const at = 10 + index * ENTRY_BYTES;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(values.length, at + 4);
    const bytes = values.length * TYPE_BYTES[type];
    if (bytes <= 4) writeValues(head, at + 8, type, values);
    else {
      head.writeUInt32LE(free, at + 8);
      writeValues(head, free, type, values);
      free += even(bytes);
    }
  }
  return head;
}

function writeValues(head, at, type, values) {
  const bytes = TYPE_BYTES[type];
  for (const [index, value] of values.entries()) head.writeUIntLE(value, at + index * bytes, bytes);
}

function even(bytes) {
  return bytes + (bytes % 2);
}
