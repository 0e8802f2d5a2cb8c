import { type PlainRequest, signedForm } from '../../fixtures/local-signing.ts';
import type { Random } from '../torture.ts';

/** Values that programs forget: of other types, of other sizes, with other characters. */
const STRANGE: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2 ** 53, '', 'x', '\u0000', '\ud800', 'é😀', '__proto__', '../../etc/passwd'],
  ...[
    [],
    {},
    [null],
    [[]],
    { S: null },
    { S: 'x', N: '1' },
    { N: 'NaN' },
    { N: '1e999999999' },
    { N: '9'.repeat(500) },
  ],
  ...[
    { M: { a: { L: [{ NULL: true }] } } },
    { B: '!!!' },
    { SS: [] },
    { NS: ['1', '1.0'] },
    { constructor: 1 },
  ],
  ...[{ toString: null }, 'x'.repeat(3_000), { L: Array(50).fill({ N: '1' }) }],
];

const OPERATIONS =
  'BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable DescribeTimeToLive GetItem ListTables PutItem Query Scan TagResource UntagResource ListTagsOfResource UpdateItem UpdateTable TransactWriteItems TransactGetItems ExecuteStatement x'.split(
    ' ',
  );

const EXPRESSION_PIECES =
  '( ) ( ) AND OR NOT a #a :a :b = <> < >= BETWEEN IN , size( contains( attribute_exists( begins_with( SET REMOVE ADD DELETE + - list_append( if_not_exists( a.b[0] [9] . # : 1'.split(
    ' ',
  );

export function dynamoDbCase(random: Random): PlainRequest {
  const operation = random.pick(OPERATIONS);
  const template = dynamoDbBody(operation, random);
  const body = random.chance(0.05)
    ? random.pick([
        'null',
        '[]',
        '1',
        '"x"',
        '',
        '{',
        '{"a":',
        `${'['.repeat(5_000)}`,
        '\u0000',
        '{"TableName":null}',
      ])
    : JSON.stringify(mutated(template, random, 0.08));
  return {
    method: random.chance(0.97) ? 'POST' : random.pick(['GET', 'PUT', 'OPTIONS', 'DELETE']),
    target: random.chance(0.97) ? '/' : random.pick(['//', '/x?y=z', '/?X-Amz-Algorithm=a', '/%']),
    headers: {
      'content-type': random.chance(0.95)
        ? 'application/x-amz-json-1.0'
        : random.pick(['application/json', 'text/plain']),
      'x-amz-target': `${random.chance(0.97) ? 'DynamoDB_20120810' : 'DynamoDB_20111205'}.${operation}`,
    },
    body: random.chance(0.03) ? damaged(Buffer.from(body), random) : body,
  };
}

function dynamoDbBody(operation: string, random: Random): Record<string, unknown> {
  // What would take the pipeline's own table away is no fault when it does.
  const takesTables =
    operation === 'DeleteTable' || operation === 'UpdateTable' || operation === 'CreateTable';
  const TableName = takesTables || random.chance(0.7) ? `fuzz-${random.integer(3)}` : 'cliptag';
  const Key = { PK: { S: `fuzz-${random.integer(20)}` }, SK: { S: random.pick(['a', 'b']) } };
  const Item = {
    ...Key,
    a: attribute(random, 3),
    b: attribute(random, 2),
    GSI1PK: { S: 'fuzz' },
    GSI1SK: { S: 'x' },
  };
  const filter = {
    ExpressionAttributeNames: { '#a': 'a' },
    ExpressionAttributeValues: { ':a': attribute(random, 1), ':b': { S: 'x' } },
  };
  const old = {
    a: {
      ComparisonOperator: random.pick(['EQ', 'IN', 'BETWEEN', 'NULL', 'CONTAINS']),
      AttributeValueList: [attribute(random, 1)],
    },
  };
  const bodies: Record<string, Record<string, unknown>> = {
    BatchGetItem: {
      RequestItems: {
        [TableName]: { Keys: [Key], ProjectionExpression: 'a, #a', ...(random.chance(0.5) && filter) },
      },
    },
    BatchWriteItem: { RequestItems: { [TableName]: [{ PutRequest: { Item } }, { DeleteRequest: { Key } }] } },
    CreateTable: {
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'PK', AttributeType: 'S' },
        { AttributeName: 'SK', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    },
    DeleteItem: { TableName, Key, ConditionExpression: expression(random), ...filter },
    TransactWriteItems: {
      TransactItems: [
        { Put: { TableName, Item } },
        {
          Update: {
            ...{ TableName, Key: { ...Key, SK: { S: 'c' } }, UpdateExpression: expression(random) },
            ...{ ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...filter },
          },
        },
        { Delete: { TableName, Key: { ...Key, SK: { S: 'd' } } } },
        {
          ConditionCheck: {
            ...{ TableName, Key: { ...Key, SK: { S: 'e' } }, ConditionExpression: expression(random) },
            ...filter,
          },
        },
      ].slice(0, 1 + random.integer(4)),
      ...(random.chance(0.5) && { ClientRequestToken: `token-${random.integer(5)}` }),
      ReturnConsumedCapacity: random.pick(['TOTAL', 'INDEXES', 'NONE']),
    },
    TransactGetItems: {
      TransactItems: [
        { Get: { TableName, Key } },
        { Get: { TableName: 'cliptag', Key, ProjectionExpression: 'a' } },
      ],
    },
    GetItem: { TableName, Key, ConsistentRead: true, ProjectionExpression: expression(random) },
    ListTables: { Limit: random.integer(200), ExclusiveStartTableName: 'fuzz' },
    PutItem: {
      TableName,
      Item,
      ...(random.chance(0.5) && { ConditionExpression: expression(random), ...filter }),
      ...(random.chance(0.1) && { Expected: old }),
    },
    Query: {
      TableName,
      ...(random.chance(0.7)
        ? {
            KeyConditionExpression: random.chance(0.7) ? 'PK = :b' : expression(random),
            FilterExpression: expression(random),
            ...filter,
          }
        : {
            KeyConditions: { PK: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'x' }] } },
            QueryFilter: old,
          }),
      Limit: random.integer(50),
      ...(random.chance(0.2) && { IndexName: 'by-status' }),
      ...(random.chance(0.2) && { ExclusiveStartKey: Key }),
    },
    Scan: {
      TableName,
      FilterExpression: expression(random),
      ...filter,
      Segment: 0,
      TotalSegments: 4,
      Limit: 50,
    },
    UpdateItem: {
      TableName,
      Key,
      UpdateExpression: random.chance(0.5) ? 'SET a = :a' : expression(random),
      ...filter,
      ReturnValues: 'ALL_NEW',
    },
    UpdateTable: {
      TableName,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    },
    TagResource: {
      ResourceArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
      Tags: [{ Key: 'a', Value: 'b' }],
    },
  };
  return (
    bodies[operation] ?? {
      TableName,
      ResourceArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
    }
  );
}

function attribute(random: Random, depth: number): unknown {
  if (depth > 0 && random.chance(0.4)) {
    const inner = () => attribute(random, depth - 1);
    return random.chance(0.5) ? { L: [inner(), inner()] } : { M: { a: inner(), b: inner() } };
  }
  if (random.chance(0.02)) return nested(random.pick([10, 31, 40, 3_000]));
  return random.pick([
    { S: 'x' },
    { N: '1.5' },
    { B: 'AAAA' },
    { BOOL: true },
    { NULL: true },
    { SS: ['a', 'b'] },
    { NS: ['1'] },
    { N: '1e100' },
  ]);
}

function nested(levels: number): unknown {
  let value: unknown = { S: 'x' };
  for (let level = 0; level < levels; level++) value = { L: [value] };
  return value;
}

/** Half are well-formed, some of them deep or long; half are heaps of pieces. */
function expression(random: Random): string {
  const condition = () =>
    random.pick(['a = :a', 'size(#a) > :a', '#a BETWEEN :a AND :b', 'a IN (:a, :b)', 'contains(a, :b)']);
  const shape = random.integer(6);
  if (shape === 0) return condition();
  if (shape === 1) {
    let text = condition();
    for (let level = random.pick([3, 10, 40, 290]); level > 0; level--) {
      text = `(${text} ${random.pick(['OR', 'AND'])} ${random.pick(['', 'NOT '])}${random.chance(0.1) ? condition() : 'a = :a'})`;
    }
    return text;
  }
  if (shape === 2)
    return `${random.pick(['(', 'NOT (', '((a).', 'size(', 'a[0]'])}`.repeat(
      random.pick([5, 20, 800, 4_000]),
    );
  if (shape === 3)
    return Array(random.pick([5, 100, 400]))
      .fill(condition())
      .join(random.pick([' AND ', ' OR ']));
  return Array.from({ length: random.integer(30) }, () => random.pick(EXPRESSION_PIECES)).join(
    random.pick([' ', '']),
  );
}

/** The same value, with a part here and there that is another, gone or doubled. */
export function mutated(value: unknown, random: Random, probability: number): unknown {
  if (random.chance(probability)) return random.pick(STRANGE);
  if (Array.isArray(value)) return value.map((part) => mutated(part, random, probability));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      if (random.chance(probability / 2)) return [];
      const renamed = random.chance(probability / 4)
        ? JSON.stringify(random.pick(STRANGE)).slice(0, 300)
        : name;
      return [[renamed, mutated(part, random, probability)]];
    }),
  );
}

const PARAMETERS =
  'list-type=2 location notification cors versioning uploads delete attributes tagging partNumber=1&uploadId=x uploadId=x versionId=null x-id=a prefix=%00 max-keys=-1 max-keys=99999999 continuation-token=%F0 delimiter=/ encoding-type=url start-after=%2F part-number-marker=x max-parts=0 acl policy lifecycle x=y %'.split(
    ' ',
  );
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['range', ['bytes=0-', 'bytes=-0', 'bytes=9-1', 'bytes=-99999999999999999999', 'bytes=0-0,1-1', 'x']],
  ['if-match', ['*', '"', 'x']],
  ['if-none-match', ['*', '""']],
  ['if-modified-since', ['x', 'Thu, 01 Jan 1970 00:00:00 GMT']],
  ['content-md5', ['x', 'AAAAAAAAAAAAAAAAAAAAAA==']],
  ['x-amz-copy-source', ['photos/cat.jpg', '/', '%', '//', 'fuzz-a', '/photos/%00', 'photos/a?versionId=x']],
  ['x-amz-copy-source-range', ['bytes=0-1', 'bytes=5-2', 'x']],
  [
    'x-amz-content-sha256',
    [
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'UNSIGNED-PAYLOAD',
      'x',
      '0'.repeat(64),
    ],
  ],
  ['x-amz-decoded-content-length', ['0', '-1', '99999999999999', 'x']],
  ['x-amz-trailer', ['x-amz-checksum-crc32', 'x', 'x-amz-checksum-sha256']],
  ['x-amz-checksum-crc32', ['x', 'AAAAAA==']],
  ['x-amz-checksum-algorithm', ['CRC32', 'x', '__proto__', 'CRC64NVME']],
  ['x-amz-tagging', ['a=b', '=', '%', 'a=b&a=c', 'x'.repeat(2_000)]],
  ['x-amz-meta-a', ['b', 'x'.repeat(3_000)]],
  ['x-amz-object-attributes', ['ETag', ',', 'x']],
  ['content-encoding', ['aws-chunked', 'gzip,aws-chunked', 'x']],
  ['content-type', ['image/jpeg', 'text/html', 'x;']],
  ['origin', ['http://localhost:5173', 'null']],
];
const XML: readonly string[] = [
  '<Delete><Object><Key>a</Key></Object></Delete>',
  '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>',
  '<NotificationConfiguration><QueueConfiguration><Queue>arn:aws:sqs:us-east-1:0:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>',
  '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
  '<CreateBucketConfiguration><LocationConstraint>eu</LocationConstraint></CreateBucketConfiguration>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
];

export function s3Case(random: Random): PlainRequest {
  if (random.chance(0.1)) return formCase(random);
  const bucket = random.pick(['fuzz-a', 'fuzz-b', 'fuzz-c', 'Not%20A%20Bucket', '..', '']);
  // Objects of the pipeline's bucket may come and go, but the bucket itself and its settings stay.
  const onObject = random.chance(0.6);
  const key = random.pick([
    'cat.jpg',
    'a/b',
    '../x',
    '%00',
    '%F0%9F%98%80',
    'x'.repeat(1_100),
    '%',
    'a%2Fb',
    'constructor',
    '//',
  ]);
  const path = onObject ? `/${random.chance(0.1) ? 'photos' : bucket}/${key}` : `/${bucket}`;
  const query = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => random.pick(PARAMETERS)).join('&');
  const headers = Object.fromEntries(
    Array.from({ length: random.integer(4) }, () => random.pick(HEADERS)).map(([name, values]) => [
      name,
      random.pick(values),
    ]),
  );
  return {
    method: random.pick(['GET', 'PUT', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']),
    target: query ? `${path}?${query}` : path,
    headers,
    body: s3Body(random),
  };
}

/** An upload by a form whose signature fits, or nearly so. */
function formCase(random: Random): PlainRequest {
  const bucket = random.pick(['fuzz-a', 'fuzz-b', 'Not%20A%20Bucket']);
  const extra = random.pick([
    [],
    [['x-amz-meta-a', 'b\r\nc']],
    [['tagging', random.pick(XML)]],
    [['policy', random.bytes(random.integer(100)).toString('base64')]],
    [['x-ignore-a', 'x'.repeat(random.pick([10, 20_480, 100_000]))]],
    [['success_action_redirect', 'javascript:x']],
  ]);
  const fields = [...Object.entries(signedForm(bucket, random.pick(['a', `\${filename}`, '..']))), ...extra];
  const parts = fields.map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--b\r\nContent-Disposition: form-data; name="file"; filename="${random.pick(['a', '"', '\\', ''])}"\r\n\r\nx`;
  const body = Buffer.from([...parts, file, '\r\n--b--\r\n'].join(''));
  return {
    method: 'POST',
    target: `/${bucket}`,
    headers: { 'content-type': `multipart/form-data; boundary=${random.pick(['b', 'b', 'b', '"b', 'x'])}` },
    body: random.chance(0.5) ? body : damaged(body, random),
  };
}

function s3Body(random: Random): string | Buffer {
  const kind = random.integer(8);
  if (kind === 0) return '';
  if (kind === 1) return random.bytes(random.integer(2_000));
  if (kind === 2) return chunkedBody(random);
  const xml = random.pick(XML);
  if (kind === 3) return damaged(Buffer.from(xml), random);
  if (kind === 4)
    return `${random.pick(['<a>', '<Delete>', '<a b="', '<!--', '<![CDATA[', '&amp;', '<a><'])}`.repeat(
      random.pick([3, 300, 20_000]),
    );
  return xml;
}

function chunkedBody(random: Random): string {
  const chunk = () => {
    const size = random.pick([
      '5',
      '0',
      'ffffffffffffffff',
      '-1',
      'x',
      '5;chunk-signature=',
      `5;chunk-signature=${'0'.repeat(64)}`,
    ]);
    return `${size}\r\nhello${random.chance(0.9) ? '\r\n' : ''}`;
  };
  const trailer = random.chance(0.5) ? 'x-amz-checksum-crc32:AAAAAA==\r\n' : random.pick(['', ':\r\n', 'x']);
  return `${Array.from({ length: random.integer(4) }, chunk).join('')}${random.chance(0.7) ? '0\r\n' : ''}${trailer}\r\n`;
}

export function pageCase(random: Random): PlainRequest {
  const path = random.pick([
    ...[
      '/',
      '/assets/page.js',
      '/assets/..%2fpage.html',
      '/api/v1/openapi.json',
      '/status.json',
      '/dead-letters.json',
      '/tagger.json',
      '/api/v1/events',
      '/redrive',
    ],
    ...[
      '/api/v1/search?q=cat&limit=3',
      '/api/v1/search?q=%28%28%22&limit=-1&cursor=x',
      '/api/v1/search?q=%22a+boat%22+-similar%3Acat.jpg',
      '/api/v1/similar?bucket=photos&key=cat.jpg',
      '/api/v1/duplicates?kind=scene',
      '/api/v1/labels',
      '/api/v1/images?bucket=photos&key=cat.jpg',
      '/api/v1/thumbnails?bucket=photos&key=cat.jpg',
      '/api/v1/thumbnails?key=%',
      '/api/v1/originals?bucket=..&key=..%2F..',
      '/api/v1/originals?bucket=photos&key=cat.jpg',
      '/api/v1/status',
    ],
    ...[
      '/api/v1/uploads',
      '/api/v1/uploads/forms',
      '/api/v1/corrections',
      '/api/v1/retries',
      '/api/v1/similar',
      '/listed-objects',
      '/listed-objects',
      '//',
      '/%',
      '/..%2f..%2fetc',
      '/__proto__',
      '*',
      '/?',
    ],
  ]);
  const listed = {
    Records: [{ eventSource: 'cliptag:backfill', s3: { bucket: { name: 'photos' }, object: { key: 'a' } } }],
  };
  return {
    method: random.pick(['GET', 'GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS']),
    target: path,
    headers: random.chance(0.2)
      ? {
          [random.pick(['origin', 'referer', 'sec-fetch-site', 'content-type'])]: random.pick([
            'null',
            'x',
            'cross-site',
            'http://a',
          ]),
        }
      : {},
    body: random.pick([
      '',
      'x',
      '[]',
      'null',
      JSON.stringify([JSON.stringify(mutated(listed, random, 0.1))]),
      JSON.stringify(mutated([['x']], random, 0.2)),
    ]),
  };
}

/** What is no HTTP, or not quite. */
export function rawCase(random: Random): Buffer {
  const host = 'Host: 127.0.0.1\r\n';
  const whole = random.pick([
    `GET / HTTP/1.1\r\n${host}\r\n`,
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello`,
    `POST / HTTP/1.1\r\n${host}Content-Length: -5\r\n\r\n`,
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `PUT /fuzz-a/x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nfffffffff\r\nx`,
    `GET http://127.0.0.1/ HTTP/1.1\r\n${host}\r\n`,
    `CONNECT 127.0.0.1:1 HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Expect: x\r\n\r\n`,
    `GET / HTTP/1.0\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(3_000)}\r\n`,
    `GET / HTTP/1.1\r\n${host}A: \u0000\r\n\r\n`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\u0016\u0003\u0001',
  ]);
  const bytes = Buffer.from(whole, 'latin1');
  if (random.chance(0.3)) return damaged(bytes, random);
  if (random.chance(0.3)) return bytes.subarray(0, random.integer(bytes.length));
  return random.chance(0.1) ? random.bytes(random.integer(200)) : bytes;
}

function damaged(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = random.integer(5); times >= 0 && copy.length > 0; times--)
    copy[random.integer(copy.length)] = random.integer(256);
  return random.chance(0.5) ? copy : copy.subarray(0, random.integer(copy.length + 1));
}
