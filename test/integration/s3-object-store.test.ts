import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { s3ObjectStore } from '../../functions/adapters/aws/s3.ts';

it('a picture is fetched in the state that its event tells of, without checksums in JavaScript', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.end('a picture');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const store = s3ObjectStore({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
    });
    const object = { bucket: 'pictures', key: 'cat.jpg', eTag: 'abc', sequencer: '01' };
    expect(Buffer.from((await store.fetch(object, 1_000)).bytes).toString()).toBe('a picture');
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ 'if-match': '"abc"' });
  expect(seen[0]).not.toHaveProperty('x-amz-checksum-mode');
});
