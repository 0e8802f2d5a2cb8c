import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FolderObjects } from '../../functions/local/s3-endpoint/folder-objects.ts';
import {
  type FolderWatch,
  type FolderWatchOptions,
  watchFolder,
} from '../../functions/local/watch/folder-watch.ts';
import { mountMemory } from '../../functions/local/watch/mount-memory.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BUCKET, openEndpoint, QUEUE_ARN } from './s3-endpoint-fixture.ts';

const SETTLE_MILLISECONDS = 60;

type Endpoint = Awaited<ReturnType<typeof openEndpoint>>;

let root: string;
let endpoint: Endpoint;
let remarks: string[];

async function openedEndpoint(folder?: string): Promise<Endpoint> {
  return openEndpoint({ usualQueueArn: QUEUE_ARN, ...(folder !== undefined && { folder }) });
}

beforeEach(async () => {
  root = join(await temporaryFolder(), 'Pictures');
  await mkdir(root);
  remarks = [];
});

async function opened(mode: 'copy' | 'reference', options: Partial<FolderWatchOptions> = {}) {
  endpoint = await openedEndpoint();
  await endpoint.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return watching(mode, options);
}

function watching(mode: 'copy' | 'reference', options: Partial<FolderWatchOptions> = {}) {
  const watch = watchFolder({
    ...{ root, prefix: 'Pictures/', isLeftOut: () => false, remark: (text) => remarks.push(text) },
    objects: endpoint.folderObjects({ bucket: BUCKET, isCopied: mode === 'copy' }),
    mounts: mountMemory(`${endpoint.folder}-mounts.json`),
    ...{
      settleMilliseconds: SETTLE_MILLISECONDS,
      awayMilliseconds: 50,
      lookMilliseconds: 60_000,
      ...options,
    },
  });
  onTestFinished(() => watch.close());
  return watch;
}

async function keys(): Promise<string[]> {
  const { Contents = [] } = await endpoint.client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key = '' }) => Key);
}

async function until(expected: readonly string[]): Promise<void> {
  await expect.poll(keys, { interval: 50 }).toEqual([...expected].sort());
}

/** From now on time stands still for whoever asks what time it is, and only what is given back moves it on. */
function stoppedClock(): { pass(milliseconds: number): void } {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  return { pass: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds) };
}

/** Looks until all that is settled by then has been taken over. */
async function lookedAtLength(watch: FolderWatch): Promise<void> {
  await watch.look();
  await new Promise((resolve) => setTimeout(resolve, 2 * SETTLE_MILLISECONDS));
  await watch.look();
}

const events = () =>
  endpoint.records().map(({ eventName, s3 }) => `${eventName} ${decodeURIComponent(s3.object.key)}`);
const bodyOf = async (Key: string) =>
  (await endpoint.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString();

describe.each(['copy', 'reference'] as const)('a folder that is followed, by %s', (mode) => {
  it('has what is there, comes, changes, moves and goes, at any depth', async () => {
    await mkdir(join(root, 'old'));
    await writeFile(join(root, 'old', 'a.jpg'), 'one');
    await opened(mode);
    await until(['Pictures/old/a.jpg']);
    await writeFile(join(root, 'ä b.PNG'), 'two');
    await mkdir(join(root, 'new', 'er'), { recursive: true });
    await writeFile(join(root, 'new', 'er', 'c.webp'), 'three');
    await until(['Pictures/old/a.jpg', 'Pictures/ä b.PNG', 'Pictures/new/er/c.webp']);
    await writeFile(join(root, 'ä b.PNG'), 'changed');
    await expect.poll(() => bodyOf('Pictures/ä b.PNG')).toBe('changed');
    await rename(join(root, 'new'), join(root, 'renamed'));
    await rm(join(root, 'old', 'a.jpg'));
    await until(['Pictures/renamed/er/c.webp', 'Pictures/ä b.PNG']);
    await rm(join(root, 'renamed'), { recursive: true });
    await mkdir(join(root, 'renamed'));
    await until(['Pictures/ä b.PNG']);
    await writeFile(join(root, 'renamed', 'd.jpg'), 'four');
    await until(['Pictures/renamed/d.jpg', 'Pictures/ä b.PNG']);
    await rm(join(root, 'renamed'), { recursive: true });
    await rm(join(root, 'ä b.PNG'));
    await until([]);
    expect(events()).toContain('ObjectRemoved:Delete Pictures/old/a.jpg');
    expect(remarks).toEqual([]);
  });

  it('is taken over anew where files have changed while nobody looked, and there alone', async () => {
    for (const name of ['same.jpg', 'changed.jpg', 'gone.jpg', 'touched.jpg'])
      await writeFile(join(root, name), name);
    const watch = await opened(mode);
    await until(['same', 'changed', 'gone', 'touched'].map((name) => `Pictures/${name}.jpg`));
    await watch.close();
    const { folder } = endpoint;
    await endpoint.close();
    await writeFile(join(root, 'changed.jpg'), 'other');
    await utimes(join(root, 'touched.jpg'), 1_000_000, 1_000_000);
    await rm(join(root, 'gone.jpg'));
    await writeFile(join(root, 'new.jpg'), 'new');
    endpoint = await openedEndpoint(folder);
    watching(mode);
    await until(['same', 'changed', 'new', 'touched'].map((name) => `Pictures/${name}.jpg`));
    await expect
      .poll(() => events().sort())
      .toEqual([
        'ObjectCreated:Put Pictures/changed.jpg',
        'ObjectCreated:Put Pictures/new.jpg',
        'ObjectCreated:Put Pictures/touched.jpg',
        'ObjectRemoved:Delete Pictures/gone.jpg',
      ]);
  });

  it('is read where it is now, once it has been moved or is followed the other way', async () => {
    await writeFile(join(root, 'a.jpg'), 'a');
    const watch = await opened(mode);
    await until(['Pictures/a.jpg']);
    await watch.close();
    const moved = join(await temporaryFolder(), 'Pictures');
    await rename(root, moved);
    root = moved;
    const other = watching(mode === 'copy' ? 'reference' : 'copy');
    const isCopied = async () => (await readdir(join(endpoint.folder, 'blobs'))).length > 0;
    await expect.poll(isCopied).toBe(mode === 'reference');
    await other.close();
    watching(mode);
    await expect.poll(isCopied).toBe(mode === 'copy');
    expect(await bodyOf('Pictures/a.jpg')).toBe('a');
    expect(remarks).toEqual([]);
  });

  it('leaves a copy alone that a client has made of an object', async () => {
    await writeFile(join(root, 'a.jpg'), 'a');
    const watch = await opened(mode);
    await until(['Pictures/a.jpg']);
    await watch.close();
    const copy = { Bucket: BUCKET, Key: 'Pictures/copy.jpg', CopySource: `${BUCKET}/Pictures/a.jpg` };
    await endpoint.client.send(new CopyObjectCommand(copy));
    await rm(join(root, 'a.jpg'));
    await writeFile(join(root, 'b.jpg'), 'b');
    watching(mode);
    await until(['Pictures/b.jpg', 'Pictures/copy.jpg']);
  });

  it.runIf(process.platform === 'linux')('tells of names that no key can be made of', async () => {
    const bytes = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
    await writeFile(bytes('\xe9.jpg'), 'x');
    await writeFile(bytes('\xe9.txt'), 'x');
    await mkdir(bytes('\xe9'));
    await writeFile(join(root, '\ufffd ok.jpg'), 'x');
    await opened(mode);
    await until(['Pictures/\ufffd ok.jpg']);
    expect(remarks.toSorted()).toEqual(
      ['', '.jpg'].map(
        (end) => `${root}/\ufffd${end} is left out: its name is no UTF-8, which keys of objects are`,
      ),
    );
  });

  it('is let go at once, however large a file is that is read', async () => {
    const path = join(root, 'a.jpg');
    await writeFile(path, 'x');
    await truncate(path, 4 * 1024 ** 3);
    const put = vi.fn<FolderObjects['put']>(() => Promise.reject(new Error('not made')));
    endpoint = await openedEndpoint();
    const objects = endpoint.folderObjects({ bucket: BUCKET, isCopied: false });
    put.mockImplementation((...args) => objects.put(...args));
    const watch = watching(mode, { objects: { ...objects, put } });
    await expect.poll(() => put.mock.calls.length).toBe(1);
    await watch.close();
    await expect(put.mock.results[0]?.value).rejects.toThrow('aborted');
    expect(remarks).toEqual([]);
  });

  it('leaves out what no object can be, without reading it', async () => {
    const path = join(root, 'a.jpg');
    await writeFile(path, 'x');
    await truncate(path, 6 * 1024 ** 3);
    await opened(mode);
    await expect.poll(() => remarks.join()).toMatch(/a\.jpg cannot be taken over: EntityTooLarge/);
  });

  it('leaves out what is none of its pictures', async () => {
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'secret.jpg'), 'secret');
    for (const folder of ['@eaDir', '.hidden', '#recycle', 'data']) {
      await mkdir(join(root, folder));
      await writeFile(join(root, folder, 'a.jpg'), 'x');
    }
    for (const name of [
      '.DS_Store',
      'Thumbs.db',
      '._a.jpg',
      '.b.jpg',
      'a.txt',
      'a.jpg.tmp',
      'b.jpg.part',
      '~c.jpg',
      'sync.tmp',
    ])
      await writeFile(join(root, name), 'x');
    await symlink(join(outside, 'secret.jpg'), join(root, 'link.jpg'));
    await symlink(outside, join(root, 'linked'));
    await mkdir(join(root, 'folder.jpg'));
    await writeFile(join(root, 'good.jpg'), 'good');
    const watch = await opened(mode, { isLeftOut: (path) => path === join(root, 'data') });
    await until(['Pictures/good.jpg']);
    // As with what the system tells of.
    await symlink(join(outside, 'secret.jpg'), join(root, 'link2.jpg'));
    await writeFile(join(root, '.late.jpg'), 'x');
    await writeFile(join(root, 'last.jpg'), 'x');
    await until(['Pictures/good.jpg', 'Pictures/last.jpg']);
    // With what a look at all of it finds, which is taken over together with a file that comes then.
    await watch.look();
    await writeFile(join(root, 'later.jpg'), 'x');
    await until(['Pictures/good.jpg', 'Pictures/last.jpg', 'Pictures/later.jpg']);
  });

  it('waits until a file is written whole', async () => {
    const watch = await opened(mode, { settleMilliseconds: 600 });
    const clock = stoppedClock();
    const path = join(root, 'slow.jpg');
    let written = '';
    for (let i = 0; i < 10; i++) {
      await appendFile(path, `part ${i} `);
      written += `part ${i} `;
      await watch.look();
      clock.pass(599);
      await watch.look();
    }
    expect(await keys()).toEqual([]);
    clock.pass(1);
    await watch.look();
    await until(['Pictures/slow.jpg']);
    expect(await bodyOf('Pictures/slow.jpg')).toBe(written);
    expect(events()).toEqual(['ObjectCreated:Put Pictures/slow.jpg']);
  });

  it('takes hundreds at once, in folders that are just made', async () => {
    await opened(mode);
    const names: string[] = [];
    for (let folder = 0; folder < 5; folder++) {
      await mkdir(join(root, `d${folder}`));
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          names.push(`Pictures/d${folder}/${i}.jpg`);
          await writeFile(join(root, `d${folder}`, `${i}.jpg`), `${folder} ${i}`);
        }),
      );
    }
    await expect.poll(() => endpoint.records().length, { timeout: 110_000, interval: 100 }).toBe(500);
    expect(new Set(events().map((event) => event.split(' ')[1]))).toEqual(new Set(names));
  }, 120_000);

  it('keeps its objects while it is not there, or is empty in another’s place, and goes on when it is back', async () => {
    await writeFile(join(root, 'a.jpg'), 'a');
    await writeFile(join(root, 'b.jpg'), 'b');
    const watch = await opened(mode);
    await until(['Pictures/a.jpg', 'Pictures/b.jpg']);
    const away = `${root}-away`;
    await rename(root, away);
    await expect.poll(() => remarks.length).toBe(1);
    expect(remarks[0]).toMatch(/Pictures is not there, or empty .* 2 pictures stay/);
    await mkdir(root);
    await lookedAtLength(watch);
    expect(await keys()).toEqual(['Pictures/a.jpg', 'Pictures/b.jpg']);
    await rm(root, { recursive: true });
    await rm(join(away, 'a.jpg'));
    await writeFile(join(away, 'c.jpg'), 'c');
    await rename(away, root);
    await until(['Pictures/b.jpg', 'Pictures/c.jpg']);
    expect(remarks[1]).toMatch(/is back$/);
    await writeFile(join(root, 'd.jpg'), 'd');
    await until(['Pictures/b.jpg', 'Pictures/c.jpg', 'Pictures/d.jpg']);
  });

  it('leaves an upload alone that has the key of a file', async () => {
    endpoint = await openedEndpoint();
    await endpoint.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await endpoint.client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'Pictures/a.jpg', Body: 'upload' }),
    );
    await writeFile(join(root, 'a.jpg'), 'file');
    const watch = watching(mode);
    await expect.poll(() => remarks.length).toBe(1);
    expect(remarks[0]).toMatch(/left out: an upload has the key Pictures\/a\.jpg$/);
    expect(await bodyOf('Pictures/a.jpg')).toBe('upload');
    await rm(join(root, 'a.jpg'));
    await lookedAtLength(watch);
    expect(await keys()).toEqual(['Pictures/a.jpg']);
  });
});

describe('objects that refer to files', () => {
  it('take no space, and neither write nor delete a file, whatever a client does', async () => {
    const path = join(root, 'a.jpg');
    await writeFile(path, 'the file');
    await opened('reference');
    await until(['Pictures/a.jpg']);
    expect(await readdir(join(endpoint.folder, 'blobs'))).toEqual([]);
    const named = { Bucket: BUCKET, Key: 'Pictures/a.jpg' };
    for (const command of [
      new DeleteObjectCommand(named),
      new PutObjectCommand({ ...named, Body: 'mine' }),
    ]) {
      await expect(endpoint.client.send(command as DeleteObjectCommand)).rejects.toThrow(
        'file of a watched folder',
      );
    }
    const range = await endpoint.client.send(new GetObjectCommand({ ...named, Range: 'bytes=4-7' }));
    expect(await range.Body?.transformToString()).toBe('file');
    expect(await readFile(path, 'utf8')).toBe('the file');
    await rm(path);
    await until([]);
    expect(await readdir(root)).toEqual([]);
  });

  it('survive a restart, and are not read through a link that was put in a file’s place', async () => {
    const path = join(root, 'a.jpg');
    await writeFile(path, 'the file');
    const watch = await opened('reference');
    await until(['Pictures/a.jpg']);
    await watch.close();
    const { folder } = endpoint;
    await endpoint.close();
    endpoint = await openedEndpoint(folder);
    expect(endpoint.recovered).toEqual({ restored: 0, dropped: 0 });
    expect(await bodyOf('Pictures/a.jpg')).toBe('the file');
    const secret = join(await temporaryFolder(), 'secret');
    await writeFile(secret, 'a secret');
    await rm(path);
    await symlink(secret, path);
    await expect(bodyOf('Pictures/a.jpg')).rejects.toThrow();
  });
});
