import { type HeifMeta, heifMeta } from './heif-items.ts';
import { propertiesOf } from './heif-sizes.ts';

/** In an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1): how many bytes tell a unit's length, less 1. */
const LENGTH_SIZE_AT = 21;
/** Pictures of pictures that are put together of others. */
const MAXIMUM_DEPTH = 8;

/**
 * Whether bytes of the picture were zeroed, as a lost sector is: decoders go on with what they can make of the rest. A
 * unit of HEVC never has two zeros before a byte below 3 (ITU-T H.265, 7.4.2.1), and its units fill an item.
 */
export function hasLostBytes(bytes: Uint8Array): boolean {
  const meta = heifMeta(bytes);
  if (!meta) return false;
  const ids = partsOf(meta);
  return meta.items.some((item) => {
    if (item.type !== 'hvc1' || !ids.has(item.id)) return false;
    const lengthBytes = lengthBytesOf(bytes, meta, item.id);
    // An item in several pieces is rare; units may go from one to the next.
    const [only, ...others] = item.extents;
    return (
      only !== undefined && others.length === 0 && isBroken(bytes.subarray(only.start, only.end), lengthBytes)
    );
  });
}

/** The primary item, what it is put together of, and so on. */
function partsOf({ primary, derivations }: HeifMeta): ReadonlySet<number> {
  const ids = new Set(primary === undefined ? [] : [primary]);
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    for (const { from, to } of derivations) if (ids.has(from)) ids.add(to);
  }
  return ids;
}

function lengthBytesOf(bytes: Uint8Array, meta: HeifMeta, id: number): number {
  const configuration = propertiesOf(meta, id).find(({ type }) => type === 'hvcC');
  return ((bytes[(configuration?.start ?? 0) + LENGTH_SIZE_AT] ?? 3) & 3) + 1;
}

/** Of units, each with its length before it. */
function isBroken(stream: Uint8Array, lengthBytes: number): boolean {
  let at = 0;
  while (at + lengthBytes <= stream.length) {
    let length = 0;
    for (let index = 0; index < lengthBytes; index++) length = length * 256 + (stream[at + index] ?? 0);
    at += lengthBytes;
    if (hasForbiddenBytes(stream.subarray(at, at + length))) return true;
    at += length;
  }
  return false;
}

function hasForbiddenBytes(unit: Uint8Array): boolean {
  let at = unit.indexOf(0);
  while (at >= 0 && at + 2 < unit.length) {
    if (unit[at + 1] === 0 && (unit[at + 2] ?? 3) < 3) return true;
    at = unit.indexOf(0, at + 1);
  }
  return false;
}
