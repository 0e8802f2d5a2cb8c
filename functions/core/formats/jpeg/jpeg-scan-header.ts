import { type Band, symbolEntry } from './jpeg-bands.ts';
import { firstEntry, valueEntry } from './jpeg-blocks.ts';
import { type Codes, type CodeTable, codesOf } from './jpeg-codes.ts';
import type { JpegComponent, JpegFrame } from './jpeg-frame.ts';

/** Huffman tables by their class and number: 0x00 to 0x03 for first values, 0x10 to 0x13 for others. */
export type CodeTables = ReadonlyMap<number, CodeTable>;

/** What a scan codes, and by which tables. */
export interface Scan {
  readonly frame: JpegFrame;
  readonly parts: readonly ScanPart[];
  readonly band: Band;
  /** Bits of precision that were known before. */
  readonly high: number;
  /** Bits of precision that come later. */
  readonly low: number;
}

export interface ScanPart {
  readonly component: JpegComponent;
  readonly first: Codes | undefined;
  readonly values: Codes | undefined;
}

/** ITU-T T.81, table B.3. */
const MAXIMUM_COMPONENTS = 4;

/**
 * Reads a scan header (ITU-T T.81, B.2.3), without its marker and length.
 *
 * @returns undefined for one that no decoder takes, or whose tables are missing
 */
export function readScanHeader(frame: JpegFrame, tables: CodeTables, header: Uint8Array): Scan | undefined {
  const count = header[0] ?? 0;
  if (count === 0 || count > MAXIMUM_COMPONENTS || header.length < 4 + 2 * count) return undefined;
  const [first = 0, last = 0, approximation = 0] = header.subarray(1 + 2 * count);
  const band = frame.isProgressive ? { first, last } : { first: 0, last: 63 };
  const [high, low] = frame.isProgressive ? [approximation >> 4, approximation & 15] : [0, 0];
  const parts: ScanPart[] = [];
  for (let index = 0; index < count; index++) {
    const id = header[1 + 2 * index];
    const isNew = (component: JpegComponent) => parts.every((part) => part.component !== component);
    // Some files give two components one name.
    const component = frame.components.find((candidate) => candidate.id === id && isNew(candidate));
    const numbers = header[2 + 2 * index] ?? 0;
    if (!component) return undefined;
    const codes = (place: number, entryOf: typeof valueEntry) => {
      const table = tables.get(place);
      return table && codesOf(table, entryOf);
    };
    const part = {
      component,
      first: band.first === 0 && high === 0 ? codes(numbers >> 4, firstEntry) : undefined,
      values:
        band.last > 0
          ? codes(0x10 + (numbers & 15), frame.isProgressive ? symbolEntry : valueEntry)
          : undefined,
    };
    if ((band.first === 0 && high === 0 && !part.first) || (band.last > 0 && !part.values)) return undefined;
    parts.push(part);
  }
  const isBand = band.first > 0;
  const isPlausible =
    band.last < 64 &&
    band.first <= band.last &&
    (isBand ? count === 1 : !frame.isProgressive || band.last === 0);
  return isPlausible ? { frame, parts, band, high, low } : undefined;
}

/** Units that a scan codes: blocks, or those of all components together. */
export function unitsOf({ frame, parts }: Scan): number {
  const [part] = parts;
  if (part && parts.length === 1) return part.component.blocksAcross * part.component.blocksDown;
  return frame.unitsAcross * frame.unitsDown;
}
