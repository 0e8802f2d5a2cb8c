import { readBand, refineBand } from './jpeg-bands.ts';
import { type Stretch, stretchAt } from './jpeg-bits.ts';
import { type BlockReader, readFirst, readValues } from './jpeg-blocks.ts';
import type { JpegFrame } from './jpeg-frame.ts';
import { type CodeTables, readScanHeader, type Scan, type ScanPart, unitsOf } from './jpeg-scan-header.ts';
import { spareIn } from './jpeg-spare.ts';

/** What became of a scan. */
export interface ScanOutcome {
  /**
   * - `whole`: it holds all of its blocks
   * - `short`: the data end before the last block
   * - `damaged`: something stands there that no encoder writes
   * - `unknown`: it cannot be looked into
   */
  readonly state: 'whole' | 'short' | 'damaged' | 'unknown';
  /** Bytes behind the last block that belong to none; more than there are where they are surely not an encoder's. */
  readonly spareBytes: number;
  /** Bytes behind the last block that are all alike. */
  readonly paddingBytes: number;
  /** Where the marker behind the scan stands, or the end of the file. */
  readonly end: number;
}

const RESTART = 0xd0;
const RESTARTS = 8;
/** Units of blocks that are read at a stretch; then others have their turn. */
const TURN_UNITS = 2 ** 14;
const TURN_RESTARTS = 2 ** 10;

/**
 * Reads a scan as a decoder does, up to its last block, without making pixels of it.
 *
 * @param header of the scan (ITU-T T.81, B.2.3), without its marker and length
 * @param start of its data
 * @param restartInterval units between two restart markers; 0 for none
 */
export async function readScan(
  bytes: Uint8Array,
  frame: JpegFrame,
  tables: CodeTables,
  header: Uint8Array,
  start: number,
  restartInterval: number,
): Promise<ScanOutcome> {
  let stretch = stretchAt(bytes, start);
  const scan = readScanHeader(frame, tables, header);
  if (!scan) return outcome('unknown', stretch);
  const units = unitsOf(scan);
  const interval = restartInterval || units;
  let [spareBytes, paddingBytes] = [0, 0];
  for (let unit = 0, restart = 0; unit < units; unit += interval, restart++) {
    if (unit > 0) {
      if (stretch.marker !== RESTART + ((restart - 1) % RESTARTS)) return outcome('short', stretch);
      stretch = stretchAt(bytes, stretch.end + 2);
      if (restart % TURN_RESTARTS === 0) await new Promise(setImmediate);
    }
    const reader: BlockReader = { bits: stretch.bits, at: 0, hasFault: false, blocksAtEnd: 0 };
    await readUnits(reader, scan, unit, Math.min(units, unit + interval));
    if (reader.at > reader.bits.length) return outcome('short', stretch);
    if (reader.hasFault) return outcome('damaged', stretch);
    const spare = spareIn(reader);
    if (spare === 'padding') paddingBytes += reader.bits.length / 8;
    else spareBytes += spare;
  }
  note(scan);
  let restarts = 0;
  while (stretch.marker !== undefined && stretch.marker >= RESTART && stretch.marker < RESTART + RESTARTS) {
    stretch = stretchAt(bytes, stretch.end + 2);
    restarts += 1;
    spareBytes += restarts > RESTARTS ? Infinity : stretch.bits.length / 8;
    if (spareBytes === Infinity) break;
  }
  return { ...outcome('whole', stretch), spareBytes, paddingBytes };
}

function outcome(state: ScanOutcome['state'], { end }: Stretch): ScanOutcome {
  return { state, spareBytes: 0, paddingBytes: 0, end };
}

async function readUnits(reader: BlockReader, scan: Scan, start: number, end: number): Promise<void> {
  const read = blockReading(scan);
  const { length } = reader.bits;
  const [alone] = scan.parts;
  const blocks = scan.parts.flatMap((part) =>
    new Array<ScanPart>(
      scan.parts.length === 1 ? 1 : part.component.horizontal * part.component.vertical,
    ).fill(part),
  );
  const across = alone?.component.blocksAcross ?? 1;
  for (let unit = start; unit < end; unit++) {
    if (alone && blocks.length === 1)
      read(reader, alone, Math.trunc(unit / across) * alone.component.stride + (unit % across));
    else for (const part of blocks) read(reader, part, 0);
    if (reader.hasFault || reader.at > length) return;
    if ((unit + 1) % TURN_UNITS === 0) await new Promise(setImmediate);
  }
}

/** How a block of this scan is read; only bands, which are of one component, need to know which block it is. */
function blockReading({
  frame,
  band,
  high,
}: Scan): (reader: BlockReader, part: ScanPart, block: number) => void {
  if (!frame.isProgressive) {
    return (reader, { first, values }) => {
      if (first) readFirst(reader, first);
      if (values) readValues(reader, values);
    };
  }
  if (band.first === 0) {
    return (reader, { first }) => {
      if (first) readFirst(reader, first);
      else reader.at += 1;
    };
  }
  const readOne = high === 0 ? readBand : refineBand;
  return (reader, { component, values }, block) => {
    if (values) readOne(reader, values, band, component.known, block);
  };
}

function note({ parts, band, low }: Scan): void {
  for (const { component } of parts) component.missingBits.fill(low, band.first, band.last + 1);
}
