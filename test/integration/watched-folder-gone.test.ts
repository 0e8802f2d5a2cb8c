import { mkdir, readdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type FolderWatchOptions, watchFolder } from '../../functions/local/watch/folder-watch.ts';
import { mountMemory } from '../../functions/local/watch/mount-memory.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BUCKET, openEndpoint, QUEUE_ARN } from './s3-endpoint-fixture.ts';

const DISK = 4_711;

let root: string;
let remarks: string[];
let endpoint: Awaited<ReturnType<typeof openEndpoint>>;
/** Folders that are on a device of their own. */
let mounted: Set<string>;

beforeEach(async () => {
  root = join(await temporaryFolder(), 'Pictures');
  await mkdir(join(root, 'disk', 'in'), { recursive: true });
  await writeFile(join(root, 'a.jpg'), 'a');
  remarks = [];
  mounted = new Set();
  endpoint = await openEndpoint({ usualQueueArn: QUEUE_ARN });
  await endpoint.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
});

function watching(mode: 'copy' | 'reference', options: Partial<FolderWatchOptions> = {}) {
  const watch = watchFolder({
    ...{ root, prefix: 'Pictures/', isLeftOut: () => false, remark: (text) => remarks.push(text) },
    objects: endpoint.folderObjects({ bucket: BUCKET, isCopied: mode === 'copy' }),
    mounts: mountMemory(`${endpoint.folder}-mounts.json`),
    identityOf: async (path) => {
      const { dev, ino } = await stat(path);
      const isMounted = [...mounted].some((folder) => `${path}/`.startsWith(`${join(root, folder)}/`));
      return { device: isMounted ? DISK : dev, inode: ino };
    },
    ...{ settleMilliseconds: 20, awayMilliseconds: 50, lookMilliseconds: 60_000, ...options },
  });
  onTestFinished(() => watch.close());
  return watch;
}

async function keys(): Promise<string[]> {
  const { Contents = [] } = await endpoint.client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key = '' }) => Key.replace('Pictures/', ''));
}

async function until(expected: readonly string[]): Promise<void> {
  await expect.poll(keys, { timeout: 15_000, interval: 50 }).toEqual([...expected].sort());
}

const deleteObject = (path: string) =>
  endpoint.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `Pictures/${path}` }));

/** All that is found by looking has been taken over when another file, found later, has been. */
async function lookedAt(watch: ReturnType<typeof watching>, expected: readonly string[]): Promise<void> {
  await watch.look();
  await writeFile(join(root, 'later.jpg'), 'later');
  await until([...expected, 'later.jpg']);
  await rm(join(root, 'later.jpg'));
  await until(expected);
}

describe.each(['copy', 'reference'] as const)(
  'a folder on a device of its own, in a watched one, by %s',
  (mode) => {
    it('keeps its pictures while it is not mounted, whatever else is deleted, over a restart too', async () => {
      mounted.add('disk');
      await writeFile(join(root, 'disk', 'b.jpg'), 'b');
      await writeFile(join(root, 'disk', 'in', 'c.jpg'), 'c');
      const watch = watching(mode);
      const all = ['a.jpg', 'disk/b.jpg', 'disk/in/c.jpg'];
      await until(all);
      await rename(join(root, 'disk'), `${root}-disk`);
      await mkdir(join(root, 'disk'));
      mounted.clear();
      await lookedAt(watch, all);
      expect(remarks).toEqual([`${join(root, 'disk')} is not mounted: its 2 pictures stay until it is back`]);
      await watch.close();

      const again = watching(mode);
      await again.look();
      await rm(join(root, 'a.jpg'));
      await until(all.slice(1));
      await lookedAt(again, all.slice(1));
      expect(remarks).toHaveLength(2);
      await rmdir(join(root, 'disk'));
      await lookedAt(again, all.slice(1));

      await rename(`${root}-disk`, join(root, 'disk'));
      mounted.add('disk');
      await rm(join(root, 'disk', 'b.jpg'));
      await again.look();
      await until(['disk/in/c.jpg']);
      expect(remarks.at(-1)).toBe(`${join(root, 'disk')} is back`);
    });
  },
);

describe('a folder that disappears with more pictures than go at once', () => {
  const names = ['b.jpg', 'c.jpg', 'd.jpg'];
  const all = ['a.jpg', ...names.map((name) => `disk/${name}`)];

  async function goneUnseen(): Promise<void> {
    for (const name of names) await writeFile(join(root, 'disk', name), name);
    const watch = watching('reference', { maximumVanished: 2 });
    await until(all);
    await watch.close();
    await rename(join(root, 'disk'), `${root}-disk`);
  }

  it('keeps them until they are deleted in the bucket, where files that are there are not', async () => {
    await goneUnseen();
    const watch = watching('reference', { maximumVanished: 2 });
    await lookedAt(watch, all);
    expect(remarks).toEqual([
      `${join(root, 'disk')} has disappeared, or come up empty: its 3 pictures stay, as more than 2 do not go at once. If they are meant to go, delete them from the bucket, or start with --watch-max-delete 3`,
    ]);
    await expect(deleteObject('a.jpg')).rejects.toThrow('file of a watched folder');
    await deleteObject('disk/b.jpg');
    await lookedAt(
      watch,
      ['a.jpg', 'disk/c.jpg', 'disk/d.jpg'].filter((path) => path === 'a.jpg'),
    );
  });

  it('lets them go where the start says so', async () => {
    await goneUnseen();
    watching('reference', { maximumVanished: 3 });
    await until(['a.jpg']);
    expect(remarks).toEqual([]);
  });

  it('has them follow where it was moved', async () => {
    for (const name of names) await writeFile(join(root, 'disk', name), name);
    watching('reference', { maximumVanished: 2 });
    await until(all);
    await rename(join(root, 'disk'), join(root, 'other'));
    await until(['a.jpg', ...names.map((name) => `other/${name}`)]);
    expect(remarks).toEqual([]);
  });
});

describe('a copy that a client deletes', () => {
  const path = () => join(root, 'a.jpg');

  it('stays deleted, over a restart too, until its file changes', async () => {
    await utimes(path(), 1_000, 1_000);
    const watch = watching('copy');
    await until(['a.jpg']);
    await deleteObject('a.jpg');
    await lookedAt(watch, []);
    await watch.close();
    const { folder } = endpoint;
    await endpoint.close();
    endpoint = await openEndpoint({ usualQueueArn: QUEUE_ARN, folder });
    const again = watching('copy');
    await lookedAt(again, []);
    expect(await readdir(root)).toContain('a.jpg');
    await utimes(path(), 2_000, 2_000);
    await until(['a.jpg']);
    await utimes(path(), 1_000, 1_000);
    await lookedAt(again, ['a.jpg']);
    expect(remarks).toEqual([]);
  });

  it('comes back where its file has been deleted and is put there anew, or is read where it is', async () => {
    const watch = watching('copy');
    await until(['a.jpg']);
    await deleteObject('a.jpg');
    await watch.close();
    const other = watching('reference');
    await until(['a.jpg']);
    await other.close();
    watching('copy');
    await expect
      .poll(async () => (await readdir(join(endpoint.folder, 'blobs'))).length, { timeout: 10_000 })
      .toBe(1);
    expect(await keys()).toEqual(['a.jpg']);
  });

  it('gives its key to an upload', async () => {
    const watch = watching('copy');
    await until(['a.jpg']);
    await deleteObject('a.jpg');
    await endpoint.client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'Pictures/a.jpg', Body: 'upload' }),
    );
    await lookedAt(watch, ['a.jpg']);
  });
});
