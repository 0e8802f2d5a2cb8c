import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { writtenImages } from '../../../../functions/local/dynamodb/written-records.ts';

const object = { bucket: 'photos', key: 'a/ä #1.jpg', sequencer: '1', eTag: 'e', sizeBytes: 12 };
const tags = [{ set: 'general', label: 'cat', score: 0.75 }];
const content = { status: 'tagged', tags, embedding: new Uint8Array([1, 2, 250]), latitude: -3.5 } as const;
const record = nextImageRecord(undefined, object, content, { eventTime: 't', now: new Date(0) });
const { Item } = putImageRecord(record) as unknown as { Item: Record<string, unknown> };

/** As the SDK sends it. */
function wire(item: Record<string, unknown>): unknown {
  const binary = (value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  const marshalled = marshall(item, { removeUndefinedValues: true });
  return JSON.parse(
    JSON.stringify(marshalled, (_, value) => binary(value)),
    undefined,
  );
}

const image = { bucket: 'photos', key: 'a/ä #1.jpg' };
const Key = { PK: { S: 'IMAGE#photos/a/ä #1.jpg' }, SK: { S: 'IMAGE' } };
const written = (operation: string, request: object) =>
  writtenImages(`DynamoDB_20120810.${operation}`, Buffer.from(JSON.stringify(request)));

describe('the image records that a request has written', () => {
  it('are read with all their values', () => {
    const [{ record: read, ...name } = { record: undefined }] = written('PutItem', { Item: wire(Item) });
    expect(name).toEqual(image);
    expect(read).toEqual(
      JSON.parse(JSON.stringify(record), (key, value) => (key === 'embedding' ? content.embedding : value)),
    );
  });

  it.each([
    ['UpdateItem', { Key }, [image]],
    ['DeleteItem', { Key }, [image]],
    [
      'BatchWriteItem',
      { RequestItems: { cliptag: [{ DeleteRequest: { Key } }, { DeleteRequest: { Key } }] } },
      [image, image],
    ],
    ['PutItem', { Item: Key }, [image]],
    ['PutItem', { Item: { ...Key, SK: { S: 'ATTEMPT#1' } } }, []],
    ['PutItem', { Item: { PK: { S: 'LABEL#general#cat' }, SK: { S: 'IMAGE' } } }, []],
    ['GetItem', { Key }, []],
  ])('are known by their keys: %s %j', (operation, request, images) =>
    expect(written(operation, request)).toEqual(images),
  );
});
