import { describe, expect, it } from 'vitest';
import { sumsBytesExactly } from '../../../../functions/adapters/onnx/cpu-features.ts';

const processor = (flags: string) => `processor\t: 0\nmodel name\t: CPU\nflags\t\t: ${flags}\nbugs\t\t: x\n`;

describe('exact sums of bytes', () => {
  it.each(['fpu avx512f avx512_vnni', 'avx_vnni fpu'])('are there with "%s"', (flags) =>
    expect(sumsBytesExactly(processor(flags))).toBe(true),
  );
  it.each(['fpu sse2 avx avx2', 'avx512f avx512bw', 'avx512_vnnix', ''])('are not there with "%s"', (flags) =>
    expect(sumsBytesExactly(processor(flags))).toBe(false),
  );
  it('are not taken for granted where nothing is said', () => expect(sumsBytesExactly('')).toBe(false));
});
