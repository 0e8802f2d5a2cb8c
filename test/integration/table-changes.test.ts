import { describe, expect, it } from 'vitest';
import { dynamoDbTableChanges } from '../../functions/adapters/aws/table-changes.ts';
import type { TableChange } from '../../functions/core/search/collection/table-changes.ts';
import { streamServer } from './support/stream-server.ts';

const NOW_SECONDS = 1_800_000_000;

async function openStream() {
  const server = await streamServer();
  const open = () =>
    dynamoDbTableChanges({ streamArn: server.arn, client: server.client, now: () => NOW_SECONDS * 1_000 });
  const image = (key: string, revision: number) => ({
    PK: `IMAGE#photos/${key}`,
    item: { bucket: 'photos', key, status: 'tagged', revision, sequencer: 'A'.padEnd(32, '0'), tags: [] },
  });
  return { server, open, image };
}

/** `a 1` for a record of key a in its first revision, `-a` for one that is gone. */
const told = (changed: readonly TableChange[] | undefined) =>
  changed?.map((change) =>
    change.kind === 'put' ? `${change.record.key} ${change.record.revision}` : `-${change.image.key}`,
  );

describe('the changes of a table', () => {
  it('are those of image records after the position, with what the records hold', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.put('one', image('before', 1));
    const changes = open();
    const position = await changes.now();
    const embedding = Uint8Array.of(1, 2, 3, 4);
    server.put('one', { ...image('a', 1), item: { ...image('a', 1).item, embedding, width: 7 } });
    server.put('one', { PK: 'LABEL#pet#cat', SK: '0.9', item: { key: 'a' } });
    server.put('one', { PK: 'TABLE', SK: 'MODEL', item: {} });
    server.put('one', { PK: 'IMAGE#photos/b', SK: 'ATTEMPT#1', item: {} });
    server.put('one', { PK: 'IMAGE#photos/folder/b' });
    const first = await changes.since(position);
    expect(told(first?.changed)).toEqual(['a 1', '-folder/b']);
    expect(first?.changed[0]).toMatchObject({ record: { bucket: 'photos', embedding, width: 7 } });
    expect(told((await changes.since(first?.position ?? ''))?.changed)).toEqual([]);
    server.put('one', image('a', 2));
    expect(told((await changes.since(first?.position ?? ''))?.changed)).toEqual(['a 2']);
  });

  it('are read over pages, empty ones before them included', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.setPages({ size: 2, empty: 1 });
    const changes = open();
    const position = await changes.now();
    for (let revision = 1; revision <= 5; revision++) server.put('one', image('a', revision));
    expect(told((await changes.since(position))?.changed)).toEqual(['a 1', 'a 2', 'a 3', 'a 4', 'a 5']);
  });

  it('of a shard that was divided come after those of the shard itself', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.addShard('other');
    const changes = open();
    const position = await changes.now();
    server.put('one', image('a', 1));
    server.addShard('left', 'one');
    server.addShard('right', 'one');
    server.closeShard('one');
    server.put('left', image('a', 2));
    server.put('right', image('b', 1));
    server.put('other', image('c', 1));
    server.addShard('left again', 'left');
    server.closeShard('left');
    server.put('left again', image('a', 3));
    const found = await changes.since(position);
    expect(told(found?.changed)?.filter((one) => one.startsWith('a'))).toEqual(['a 1', 'a 2', 'a 3']);
    expect(told(found?.changed)?.toSorted()).toEqual(['a 1', 'a 2', 'a 3', 'b 1', 'c 1']);
    server.put('right', image('b', 2));
    expect(told((await changes.since(found?.position ?? ''))?.changed)).toEqual(['b 2']);
  });

  it('go on in another process where a position was left, whether something had been read or not', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.addShard('two');
    server.put('one', { ...image('old', 1), created: NOW_SECONDS - 3_600 });
    const changes = open();
    const position = await changes.now();
    server.put('two', image('a', 1));
    const left = (await changes.since(position))?.position ?? '';
    server.put('one', image('b', 1));
    server.put('two', image('c', 1));
    expect(told((await open().since(left))?.changed)?.toSorted()).toEqual(['b 1', 'c 1']);
  });

  it('are found again after iterators have expired', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    const changes = open();
    const position = await changes.now();
    server.put('one', image('a', 1));
    server.expireIterators();
    const found = await changes.since(position);
    expect(told(found?.changed)).toEqual(['a 1']);
    server.put('one', image('a', 2));
    server.expireIterators();
    expect(told((await changes.since(found?.position ?? ''))?.changed)).toEqual(['a 2']);
  });

  it('are read again after a request has failed, none left out', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.addShard('two');
    const changes = open();
    const position = await changes.now();
    server.put('one', image('a', 1));
    server.put('two', image('b', 1));
    server.failOnce('GetRecords', 'LimitExceededException');
    await expect(changes.since(position)).rejects.toThrow('LimitExceededException');
    expect(told((await changes.since(position))?.changed)?.toSorted()).toEqual(['a 1', 'b 1']);
  });

  it('of a stream that had no shard yet are found once it has one', async () => {
    const { server, open, image } = await openStream();
    const changes = open();
    const position = await changes.now();
    expect(told((await changes.since(position))?.changed)).toEqual([]);
    server.addShard('one');
    server.put('one', image('a', 1));
    expect(told((await changes.since(position))?.changed)).toEqual(['a 1']);
  });

  it('do not begin with shards that had ended before', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.put('one', image('old', 1));
    server.addShard('two', 'one');
    server.closeShard('one');
    const changes = open();
    const position = await changes.now();
    server.put('two', image('a', 1));
    expect(told((await changes.since(position))?.changed)).toEqual(['a 1']);
    server.removeShard('one');
    expect(told((await open().since(position))?.changed)).toEqual(['a 1']);
  });
});

describe('changes that cannot be told', () => {
  const lost: readonly (readonly [string, (server: Awaited<ReturnType<typeof streamServer>>) => void])[] = [
    ['were trimmed', (server) => server.trim('one')],
    ['were in a shard that is gone', (server) => server.removeShard('one')],
    ['were in a stream that is gone', (server) => server.removeStream()],
  ];
  it.each(lost)('give no answer where they %s', async (_what, lose) => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    const changes = open();
    const position = await changes.now();
    server.put('one', image('a', 1));
    const left = (await changes.since(position))?.position ?? '';
    server.put('one', image('a', 2));
    server.put('one', image('a', 3));
    lose(server);
    expect(await open().since(left)).toBeUndefined();
  });

  it('give no answer where they are more than reading the table anew would take', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    server.setPages({ size: 1 });
    const changes = open();
    const position = await changes.now();
    for (let i = 0; i < 120; i++) server.put('one', image(`${i}`, 1));
    expect(await changes.since(position)).toBeUndefined();
  });

  it.each(['', 'yesterday', '{}', '[1]', '{"at":1,"shards":{"one":2}}'])(
    'give no answer after the position %j',
    async (position) => {
      const { server, open } = await openStream();
      server.addShard('one');
      expect(await open().since(position)).toBeUndefined();
    },
  );

  it('rejects a stream without new images', async () => {
    const { server, open, image } = await openStream();
    server.addShard('one');
    const changes = open();
    const position = await changes.now();
    server.put('one', image('a', 1));
    server.keysOnly();
    await expect(changes.since(position)).rejects.toThrow(
      'Expected a stream with new images (NEW_IMAGE) but received a change of IMAGE#photos/a without one',
    );
  });
});
