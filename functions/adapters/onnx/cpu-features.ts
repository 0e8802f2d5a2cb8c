import { readFileSync } from 'node:fs';

/**
 * Whether the processor sums products of 8-bit numbers without an intermediate result of 16 bits, which saturates:
 * x86 with VNNI does, other x86 does not. Only Linux tells; on other systems the answer is no, which is always safe.
 *
 * @param cpuInfo content of /proc/cpuinfo
 */
export function sumsBytesExactly(cpuInfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuInfo)?.[1]?.trim().split(/\s+/) ?? [];
  return flags.includes('avx512_vnni') || flags.includes('avx_vnni');
}

/** Whether this machine's processor sums bytes exactly (see {@link sumsBytesExactly}); others than x86 always do. */
export function hasExactByteSums(): boolean {
  if (process.arch !== 'x64') return true;
  try {
    return sumsBytesExactly(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
