import type { CodeTable } from './jpeg-codes.ts';
import { type JpegFrame, readJpegFrame } from './jpeg-frame.ts';
import { END, isFrame, SCAN, START } from './jpeg-markers.ts';
import { readScan, type ScanOutcome } from './jpeg-scan.ts';

/** What a look at all codes of a JPEG's picture found. */
export interface JpegCondition {
  /**
   * - `whole`
   * - `endless`: whole but for its end marker
   * - `truncated`, `corrupt`
   * - `unknown`: of a kind that is not looked into (arithmetic coding, lossless), or with a header that decoders refuse
   */
  readonly state: 'whole' | 'endless' | 'truncated' | 'corrupt' | 'unknown';
  readonly reason?: string;
  /** Where the picture's data end. */
  readonly end: number;
}

const CODES = 0xc4;
const RESTART_INTERVAL = 0xdd;
const SEQUENTIAL = [0xc0, 0xc1];
const PROGRESSIVE = 0xc2;
/** Each costs as much as a whole decoding; libvips takes no more either (jpeg2vips.c, `MAX_SCANS`). */
const MAXIMUM_SCANS = 100;
/** Some cameras leave some bytes between a scan and the next marker; more are data that no block came from. */
const MAXIMUM_SPARE_BYTES = 64;

interface Walk {
  readonly bytes: Uint8Array;
  readonly tables: Map<number, CodeTable>;
  frame?: JpegFrame;
  restartInterval: number;
  scans: number;
  /** Bytes that stand where nothing should: between segments, or behind the blocks of a scan. */
  strayBytes: number;
}

/**
 * Whether a JPEG's picture is whole, by reading all of its codes. libjpeg makes grey of what is missing and colours of what is
 * damaged, and warns of both as it does of harmless oddities.
 *
 * @param tables a JPEG of tables alone, which hold for this one (TIFF Technical Note 2)
 */
export async function jpegCondition(bytes: Uint8Array, tables?: Uint8Array): Promise<JpegCondition> {
  const walk: Walk = { bytes, tables: new Map(), restartInterval: 0, scans: 0, strayBytes: 0 };
  if (tables) readTables(walk.tables, tables);
  let at = 2;
  for (;;) {
    const from = at;
    at = bytes.indexOf(0xff, at);
    walk.strayBytes += Math.max(0, at - from);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    const marker = at < 0 ? undefined : bytes[at + 1];
    if (marker === END) return atEndMarker(walk, at);
    if (marker === undefined || (hasLength(marker) && at + 4 > bytes.length)) {
      return endOf(walk, at < 0 ? bytes.length : at);
    }
    if (marker === START || (isFrame(marker) && !isReadFrame(marker))) return { state: 'unknown', end: at };
    if (!hasLength(marker)) {
      at += 2;
      continue;
    }
    const end = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (end > bytes.length) return endOf(walk, at);
    const segment = bytes.subarray(at + 4, end);
    if (marker === SCAN) {
      const outcome = await scanAt(walk, segment, end);
      walk.strayBytes += outcome.paddingBytes;
      const condition = conditionAfter(outcome, bytes.length);
      if (condition) return condition;
      at = outcome.end;
    } else {
      if (!readSegment(walk, marker, segment)) return { state: 'unknown', end: at };
      at = Math.max(end, at + 4);
    }
  }
}

/** Neither TEM nor a restart marker. */
/** Arithmetic coding, lossless and hierarchical JPEGs are not looked into. */
function isReadFrame(marker: number): boolean {
  return marker === PROGRESSIVE || SEQUENTIAL.includes(marker);
}

function hasLength(marker: number): boolean {
  return marker > 1 && !(marker >= 0xd0 && marker <= 0xd7);
}

function readSegment(walk: Walk, marker: number, segment: Uint8Array): boolean {
  if (marker === CODES) readCodes(walk.tables, segment);
  if (marker === RESTART_INTERVAL) walk.restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
  if (!isReadFrame(marker)) return true;
  const frame = walk.frame ? undefined : readJpegFrame(segment, marker === PROGRESSIVE);
  if (frame) walk.frame = frame;
  return frame !== undefined;
}

/** The segments of a JPEG that has no picture. */
function readTables(tables: Map<number, CodeTable>, bytes: Uint8Array): void {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const end = at + 2 + Math.max(2, ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (bytes[at + 1] === CODES) readCodes(tables, bytes.subarray(at + 4, end));
    at = end;
  }
}

/** ITU-T T.81, B.2.4.2. */
function readCodes(tables: Map<number, CodeTable>, segment: Uint8Array): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const codes = counts.reduce((sum, count) => sum + count, 0);
    tables.set(segment[at] ?? 0, { counts, symbols: segment.subarray(at + 17, at + 17 + codes) });
    at += 17 + codes;
  }
}

async function scanAt(walk: Walk, header: Uint8Array, start: number): Promise<ScanOutcome> {
  const { bytes, frame, tables, restartInterval } = walk;
  walk.scans += 1;
  if (!frame || walk.scans > MAXIMUM_SCANS)
    return { state: 'unknown', spareBytes: 0, paddingBytes: 0, end: start };
  return readScan(bytes, frame, tables, header, start, restartInterval);
}

/** What a scan says of the whole; undefined where the rest of it decides. */
function conditionAfter({ state, spareBytes, end }: ScanOutcome, length: number): JpegCondition | undefined {
  if (state === 'unknown') return { state, end };
  if (state === 'short') {
    return end >= length
      ? { state: 'truncated', reason: 'its data end before its last row', end }
      : { state: 'corrupt', reason: 'a part of its data is missing', end };
  }
  if (state === 'damaged') return { state: 'corrupt', reason: 'its data hold codes that mean nothing', end };
  if (spareBytes <= MAXIMUM_SPARE_BYTES) return undefined;
  return {
    state: 'corrupt',
    reason: 'some of its data belong to no part of the picture',
    end,
  };
}

/** A progressive JPEG may end before its last scans, as a coarser picture; not where something else was in their place. */
function atEndMarker({ frame, strayBytes }: Walk, end: number): JpegCondition {
  if (!frame) return { state: 'unknown', end };
  const hasAll = frame.components.every(({ missingBits }) => missingBits[0] !== undefined);
  if (!hasAll) return { state: 'corrupt', reason: 'it lacks the data of a colour', end };
  if (strayBytes <= MAXIMUM_SPARE_BYTES || isComplete(frame)) return { state: 'whole', end };
  return { state: 'corrupt', reason: 'it lacks its last scans', end };
}

function isComplete({ components }: JpegFrame): boolean {
  return components.every(({ missingBits }) => missingBits.every((bits) => bits === 0));
}

function endOf({ frame }: Walk, end: number): JpegCondition {
  const hasAll = frame?.components.every(({ missingBits }) => missingBits.every((bits) => bits === 0));
  return hasAll
    ? { state: 'endless', end }
    : { state: 'truncated', reason: 'it ends before its last scan', end };
}
