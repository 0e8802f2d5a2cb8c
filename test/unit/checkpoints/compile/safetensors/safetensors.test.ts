import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../../../../../functions/checkpoints/compile/safetensors/safetensors.ts';
import {
  encoded,
  type FixtureType,
  headOf,
  writeSafetensors,
} from '../../../../fixtures/checkpoints-safetensors.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

/** Representable in each of the types. */
const NUMBERS = [0, 1, -2, 0.5, -0.15625, 240, 2 ** -14, -(2 ** 15)];

const BYTES = Buffer.alloc(16);
const WHOLE = { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] };

describe('safetensors', () => {
  it.each<FixtureType>(['F32', 'F16', 'BF16', 'F64'])('reads %s as float32', async (dtype) => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const numbers = () => Float32Array.from(NUMBERS);
    await writeSafetensors(path, [
      { name: 'before', dtype: 'F16', shape: [3], numbers: () => Float32Array.of(7, 7, 7) },
      { name: 'a', dtype, shape: [4, 2], numbers },
    ]);
    const file = await openSafetensors(path);
    expect([...(await file.read('a'))]).toEqual(NUMBERS);
    expect([...(await file.read('a', { index: 1, of: 2 }))]).toEqual(NUMBERS.slice(4));
    expect(file.tensors.get('a')).toMatchObject({ dtype, shape: [4, 2] });
    await file.close();
  });

  it('reads every bit of float16, the smallest numbers too', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    // 1/3, the smallest, the largest subnormal, the largest: from IEEE 754.
    const bits = Buffer.from(Uint16Array.of(0x3555, 0x0001, 0x83ff, 0x7bff).buffer);
    await writeFile(
      path,
      Buffer.concat([headOf({ a: { dtype: 'F16', shape: [4], data_offsets: [0, 8] } }), bits]),
    );
    const file = await openSafetensors(path);
    expect([...(await file.read('a'))]).toEqual([0.333251953125, 2 ** -24, -1023 * 2 ** -24, 65_504]);
    await file.close();
  });

  it('reads a tensor that is larger than what is read from the disk at once', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const count = 3_000_001;
    const numbers = () => Float32Array.from({ length: count }, (_, i) => i);
    await writeSafetensors(path, [{ name: 'a', dtype: 'F32', shape: [count], numbers }]);
    const file = await openSafetensors(path);
    const read = await file.read('a');
    expect(read.length).toBe(count);
    expect(read.findIndex((number, i) => number !== i)).toBe(-1);
    await file.close();
  });

  it('reads an empty tensor and one of a single number', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, [
      { name: 'none', dtype: 'F32', shape: [0, 4], numbers: () => new Float32Array() },
      { name: 'scalar', dtype: 'F32', shape: [], numbers: () => Float32Array.of(3) },
    ]);
    const file = await openSafetensors(path);
    expect((await file.read('none')).length).toBe(0);
    expect([...(await file.read('scalar'))]).toEqual([3]);
    await file.close();
  });

  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /Expected at least 8 bytes but found 0/],
    [
      'an absurd header length',
      Buffer.alloc(64, 0xff),
      /2 to 100000000 bytes but its first 8 bytes say 18446744073709551615/,
    ],
    ['a header without content', Buffer.alloc(64), /first 8 bytes say 0/],
    [
      'a header that is cut off',
      headOf({ a: WHOLE }).subarray(0, 20),
      /header of 64 bytes but the file ends after 12/,
    ],
    ['a header that is no JSON', headOf('not JSON'), /Expected JSON as header/],
    ['a header that is a list', headOf('[]'), /Expected a JSON object/],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), /first 8 bytes say/],
  ])('rejects %s', async (_, bytes, message) => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeFile(path, bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(message),
    });
    await expect(openSafetensors(path)).rejects.toThrow(path);
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown type', { a: { ...WHOLE, dtype: 'C64' } }, /a: Expected dtype .*F32.* but received "C64"/],
    ['a type named like a method', { a: { ...WHOLE, dtype: 'toString' } }, /received "toString"/],
    [
      'a negative size',
      { a: { ...WHOLE, shape: [-2, -2] } },
      /a: Expected shape of whole numbers but received \[-2,-2\]/,
    ],
    ['offsets the wrong way round', { a: { ...WHOLE, data_offsets: [16, 0] } }, /a: Expected data_offsets/],
    [
      'a shape that does not fit its offsets',
      { a: { ...WHOLE, shape: [3, 2] } },
      /a: Expected 24 bytes for F32 of shape \[3,2\] but data_offsets span 16/,
    ],
    ['a tensor that is a text', { a: 'x' }, /a: Expected dtype, shape and data_offsets/],
    [
      'overlapping tensors',
      {
        a: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
        b: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
      },
      /b: begins at 8 and overlaps a, which ends at 12/,
    ],
    ['a hole', { b: { dtype: 'F32', shape: [2], data_offsets: [8, 16] } }, /b: Expected to begin at 0/],
    [
      'bytes of no tensor',
      { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } },
      /no tensor owns the rest/,
    ],
    [
      'an end after that of the file',
      { a: { dtype: 'F32', shape: [8], data_offsets: [0, 32] } },
      /it is cut off/,
    ],
    [
      'a name that occurs twice',
      `{"a":${JSON.stringify(WHOLE)},"a":${JSON.stringify(WHOLE)}}`,
      /"a": Expected one tensor of this name/,
    ],
  ])('rejects %s', async (_, header, message) => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeFile(path, Buffer.concat([headOf(header), BYTES]));
    await expect(openSafetensors(path)).rejects.toThrow(message);
  });

  it('rejects a header with all of its faults at once', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const header = { a: { ...WHOLE, dtype: 'C64' }, b: { ...WHOLE, shape: [3] }, c: WHOLE };
    await writeFile(path, Buffer.concat([headOf(header), BYTES]));
    await expect(openSafetensors(path)).rejects.toMatchObject({
      faults: [expect.stringMatching(/^a:/), expect.stringMatching(/^b:/)],
    });
  });

  it('rejects a file that was cut off after it was written, with the size that it should have', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, [
      { name: 'a', dtype: 'F32', shape: [100], numbers: () => new Float32Array(100) },
    ]);
    await truncate(path, 300);
    await expect(openSafetensors(path)).rejects.toThrow(
      /Expected a file of \d+ bytes but found 300: it is cut off/,
    );
  });

  it('rejects a file that is cut off while it is open', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, [
      { name: 'a', dtype: 'F32', shape: [100], numbers: () => new Float32Array(100) },
    ]);
    const file = await openSafetensors(path);
    await truncate(path, 300);
    await expect(file.read('a')).rejects.toThrow(/the file ends after/);
    await file.close();
  });

  it('rejects reading whole numbers, numbers that are not finite and tensors that are not there', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeSafetensors(path, [
      { name: 'ids', dtype: 'I64', shape: [2], numbers: () => Float32Array.of(0, 1) },
      { name: 'endless', dtype: 'F16', shape: [2], numbers: () => Float32Array.of(0, 70_000) },
    ]);
    const file = await openSafetensors(path);
    await expect(file.read('ids')).rejects.toThrow(
      /ids: Expected numbers of type F32, F16, BF16, F64 but found I64/,
    );
    await expect(file.read('endless')).rejects.toThrow(
      /endless: Expected finite numbers but number 1 is Infinity/,
    );
    await expect(file.read('none')).rejects.toThrow(/none: Expected a tensor but there is none/);
    await file.close();
  });

  it('rejects a path where no file is', async () => {
    const path = join(await temporaryFolder(), 'none.safetensors');
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'no-checkpoint' });
  });
});

describe('the writer of test files', () => {
  it('rounds to the nearest float16 and bfloat16, ties to even', () => {
    const numbers = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65_519);
    expect([...new Uint16Array(encoded('F16', numbers).buffer)]).toEqual([0x3c00, 0x3c02, 0, 2, 0x7bff]);
    const ties = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8);
    expect([...new Uint16Array(encoded('BF16', ties).buffer)]).toEqual([0x3f80, 0x3f82]);
  });
});
