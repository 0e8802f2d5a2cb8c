import type { KnownValues } from './jpeg-bands.ts';

/** A component of a JPEG's frame: brightness, or one of the colours. */
export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  /** Blocks that hold the picture, in a scan of this component alone. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks of a row, in a scan of several components. */
  readonly stride: number;
  /** Of a progressive JPEG. */
  readonly known: KnownValues;
  /** For each value of a block how many of its lowest bits are still to come; undefined when no scan had it. */
  readonly missingBits: (number | undefined)[];
}

export interface JpegFrame {
  readonly isProgressive: boolean;
  readonly components: readonly JpegComponent[];
  /** Units of blocks of all components. */
  readonly unitsAcross: number;
  readonly unitsDown: number;
}

const BLOCK_SIDE = 8;
const BLOCK_VALUES = 64;

/**
 * Reads a frame header (ITU-T T.81, B.2.2).
 *
 * @returns undefined for one that no decoder takes
 */
export function readJpegFrame(segment: Uint8Array, isProgressive: boolean): JpegFrame | undefined {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const count = segment[5] ?? 0;
  if (segment.length < 6 + 3 * count || count === 0) return undefined;
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  const sampled = Array.from({ length: count }, (_, index) => {
    const sampling = segment[7 + 3 * index] ?? 0;
    return { id: segment[6 + 3 * index] ?? 0, horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  const most = (side: 'horizontal' | 'vertical') => Math.max(...sampled.map((component) => component[side]));
  const isPlausible = sampled.every(({ horizontal, vertical }) => horizontal >= 1 && vertical >= 1);
  if (!isPlausible || most('horizontal') > 4 || most('vertical') > 4 || width === 0 || height === 0)
    return undefined;
  const unitsAcross = Math.ceil(width / (BLOCK_SIDE * most('horizontal')));
  const unitsDown = Math.ceil(height / (BLOCK_SIDE * most('vertical')));
  const components = sampled.map((component) => {
    const { horizontal, vertical } = component;
    const stride = unitsAcross * horizontal;
    return {
      ...component,
      stride,
      blocksAcross: Math.ceil((width * horizontal) / most('horizontal') / BLOCK_SIDE),
      blocksDown: Math.ceil((height * vertical) / most('vertical') / BLOCK_SIDE),
      known: new Uint32Array(isProgressive ? 2 * stride * unitsDown * vertical : 0),
      missingBits: new Array<number | undefined>(BLOCK_VALUES).fill(undefined),
    };
  });
  return { isProgressive, components, unitsAcross, unitsDown };
}
