import { describe, expect, it } from 'vitest';
import { requestFault } from '../../../../functions/local/dynamodb/request-limits.mjs';

const faultOf = (request: unknown) => requestFault(Buffer.from(JSON.stringify(request)));

function nested(levels: number): unknown {
  let value: unknown = { S: 'x' };
  for (let level = 0; level < levels; level++) value = { M: { a: value } };
  return value;
}

describe('a request', () => {
  it.each([
    ['an item with 32 levels', { RequestItems: { t: [{ PutRequest: { Item: { a: nested(32) } } }] } }],
    ['an expression of 4,096 bytes', { FilterExpression: `a = :a${' '.repeat(4_090)}` }],
    ['300 operators', { FilterExpression: Array(150).fill('a = :a').join(' AND ') }],
    ['brackets in text', { Item: { a: { S: `"\\${'['.repeat(200)}` } } }],
    ['tags', { Tags: [{ Key: 'a', Value: 'b' }] }],
  ])('passes with %s', (_, request) => {
    expect(faultOf(request)).toBeUndefined();
  });

  it.each([
    ['null', null, 'SerializationException'],
    ['a list', [], 'SerializationException'],
    ['a text', 'x', 'SerializationException'],
    ['more levels than stack', { Item: { a: nested(40) } }, 'ValidationException'],
    [
      'an expression of 4,097 bytes',
      { FilterExpression: `a = :a${' '.repeat(4_091)}` },
      'ValidationException',
    ],
    ['301 operators', { ConditionExpression: Array(151).fill('a = :a').join(' OR ') }, 'ValidationException'],
    [
      'a long expression for a table of a batch',
      { RequestItems: { t: { ProjectionExpression: 'a'.repeat(5_000) } } },
      'ValidationException',
    ],
    ['a tag without a value', { Tags: [{ Key: 'a' }] }, 'ValidationException'],
  ])('rejects %s', (_, request, exception) => {
    expect(faultOf(request)?.__type).toContain(`#${exception}`);
  });

  it('leaves what is no JSON to dynalite', () => {
    expect(requestFault(Buffer.from('{'))).toBeUndefined();
    expect(requestFault(Buffer.from('['.repeat(100_000)))?.__type).toContain('#ValidationException');
  });
});
