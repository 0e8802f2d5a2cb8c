import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteFallbackTokens } from '../../../../functions/adapters/tokens/byte-fallback-tokens.ts';
import {
  isTokenTablesFile,
  readTokenTables,
  tokenTablesFile,
} from '../../../../functions/adapters/tokens/token-tables-file.ts';
import { tablesOfTokenizerJson } from '../../../../functions/adapters/tokens/tokenizer-json.ts';
import { CliptagError } from '../../../../functions/core/errors.ts';
import { gemmaJson } from '../../../fixtures/gemma/gemma.ts';

const TABLES = tablesOfTokenizerJson(gemmaJson(), 'tokenizer.json');
const FILE = tokenTablesFile(TABLES);

describe('the file of token tables', () => {
  test('gives the tables that were written, and the same bytes for the same tables', () => {
    const read = readTokenTables(FILE, 'x');
    expect(read).toEqual(TABLES);
    expect(tokenTablesFile(read)).toEqual(FILE);
    expect(isTokenTablesFile(FILE)).toBe(true);
  });

  test('is read from any place in memory', () => {
    const shifted = Buffer.concat([Buffer.from('x'), FILE]).subarray(1);
    expect(readTokenTables(shifted, 'x')).toEqual(TABLES);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'other first bytes'],
    ['another file', Buffer.from('{"version":"1.0"}'), 'other first bytes'],
    ['the first bytes alone', FILE.subarray(0, 8), 'other first bytes'],
    ['a file that is cut off', FILE.subarray(0, -4), 'bytes instead of'],
    ['a file with more behind it', Buffer.concat([FILE, Buffer.alloc(4)]), 'bytes instead of'],
    [
      'a file of a later version',
      Buffer.concat([Buffer.from('cliptok2'), FILE.subarray(8)]),
      'other first bytes',
    ],
  ])('rejects %s', (_, content, message) => {
    expect(() => readTokenTables(content, 'tokenizer.bin')).toThrow(message);
  });

  test.each(['endToken', 'padToken'])('rejects a file whose %s is none of its tokens', (name) => {
    const beyond = tokenTablesFile({ ...TABLES, [name]: TABLES.merges.starts.length - 1 });
    expect(() => readTokenTables(beyond, 'tokenizer.bin')).toThrow('tokens out of range');
  });

  test('rejects damage, or makes tokens of texts with it all the same', () => {
    const byte = fc.record({ place: fc.nat(FILE.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 4 }), fc.nat(FILE.length), (bytes, length) => {
        const damaged = Buffer.from(FILE);
        for (const { place, value } of bytes) damaged[place] = value;
        // Half of the cases are cut off as well.
        const content = length % 2 === 0 ? damaged : damaged.subarray(0, length);
        try {
          const tokens = byteFallbackTokens(readTokenTables(content, 'x'))('Käsekuchen 猫 <eos>');
          expect(tokens.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(CliptagError);
          expect((error as CliptagError).code).toBe('no-tokenizer');
        }
      }),
    );
  });
});
