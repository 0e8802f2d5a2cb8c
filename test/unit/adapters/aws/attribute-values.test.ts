import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeMap,
  attributesOf,
  itemOf,
} from '../../../../functions/adapters/aws/attribute-values.ts';
import type { Item } from '../../../../functions/core/records/tag-table.ts';

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 4 }),
    fc.dictionary(fc.string(), fc.oneof(tie('value'), fc.constant(undefined)), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));
const item = fc.dictionary(fc.string(), value, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<Item>;

/** As the SDK puts it into its JSON: bytes are base64. */
const sent = (attributes: object): AttributeMap =>
  JSON.parse(
    JSON.stringify(attributes, (_, part: unknown) =>
      part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part,
    ),
  );

describe('an item in the JSON of DynamoDB', () => {
  it('is what the SDK makes of it, and is read as the SDK reads it', () => {
    fc.assert(
      fc.property(item, (native) => {
        const bySdk = marshall(native, { removeUndefinedValues: true });
        const attributes = attributesOf(native);
        expect(sent(attributes)).toEqual(sent(bySdk));
        expect(itemOf(sent(attributes))).toEqual(unmarshall(bySdk));
      }),
    );
  });

  it('has bytes in memory of their own, for a slice keeps all of what it is cut from', () => {
    const { bytes } = itemOf(attributesOf({ bytes: Buffer.from('a few') })) as { bytes: Uint8Array };
    expect(bytes).toEqual(new Uint8Array(Buffer.from('a few')));
    expect(bytes.buffer.byteLength).toBe(5);
  });

  it('reads the sets that other programs write', () => {
    const sets = { texts: { SS: ['a', 'b'] }, numbers: { NS: ['1', '2.5'] }, bytes: { BS: ['AQI='] } };
    expect(itemOf(sets)).toEqual({
      texts: new Set(['a', 'b']),
      numbers: new Set([1, 2.5]),
      bytes: new Set([new Uint8Array([1, 2])]),
    });
  });

  it.each([
    ['no number', Number.NaN, 'the number NaN'],
    ['no end', Number.POSITIVE_INFINITY, 'the number Infinity'],
    ['digits that are not its own', 2 ** 53, 'the number 9007199254740992'],
    ['a class', new Date(0), 'a Date'],
    ['a function', () => {}, 'a function'],
  ])('rejects what has %s', (_, refused, named) => {
    expect(() => attributesOf({ list: [{ refused }] })).toThrow(
      `Expected a value that DynamoDB can hold but received ${named}`,
    );
  });
});
