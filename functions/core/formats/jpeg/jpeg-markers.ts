/** Second bytes of markers (ITU-T T.81, table B.1). */
export const START = 0xd8;
export const END = 0xd9;
export const SCAN = 0xda;

/** Frame headers are C0 to CF but for Huffman tables, an extension, and arithmetic conditioning. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
}
