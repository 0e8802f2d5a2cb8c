import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type DataLockOptions,
  isLocked,
  isUnlockable,
  takeDataFolder,
} from '../../../../functions/local/start/data-lock.ts';
import { noteRunning, runningPipeline } from '../../../../functions/local/start/running-note.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const places = {
  pageUrl: 'http://127.0.0.1:3001',
  s3Url: 'http://127.0.0.1:1',
  dynamodbUrl: 'http://127.0.0.1:2',
};
const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const HOLD = `
const { ClassicLevel } = require('classic-level');
new ClassicLevel(process.argv[1]).open().then(() => process.stdout.write('held'));
setInterval(() => {}, 1000);
`;

let folder: string;
let remarks: string[];
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'data');
  remarks = [];
});

function take(options: Partial<DataLockOptions> = {}) {
  return takeDataFolder(folder, { remark: (text) => remarks.push(text), ...options });
}

/** Another process that has the folder, and says nothing but what the test writes for it. */
async function otherProcess() {
  await (await take()).release();
  const child = spawn(process.execPath, ['-e', HOLD, join(folder, 'lock')], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const note = (text: object) =>
    writeFile(join(folder, 'running.json'), JSON.stringify({ pid: child.pid, ...text }));
  return { child, note };
}

describe('a data folder', () => {
  it('is taken by one of several at the same moment, which all others are told of once it is up', async () => {
    const starts = [take(), take(), take()];
    const first = await Promise.race(starts);
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid, host: hostname() });
    await noteRunning(folder, places);
    const ends = await Promise.allSettled(starts);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const end of ends) {
      if (end.status === 'rejected')
        expect(end.reason).toMatchObject({
          code: 'already-running',
          message: `already running at ${places.pageUrl} (PID ${process.pid}) with the data folder ${folder}; one beside it: --data FOLDER --port auto`,
        });
    }
    await first.release();
    expect(await runningPipeline(folder)).toBeUndefined();
  });

  it('is taken over from one that ends, and from one that fails while it starts', async () => {
    const first = await take();
    const second = take();
    const third = second.then(() => take());
    await first.release();
    await (await second).release();
    await (await third).release();
  });

  it('is taken over from one that is killed while it starts, as it has said', async () => {
    const { child, note } = await otherProcess();
    await note({});
    const taken = take();
    await expect
      .poll(() => remarks, { timeout: 10_000 })
      .toEqual([`another start (PID ${child.pid}) comes up with the data folder ${folder}: waiting for it`]);
    child.kill('SIGKILL');
    const lock = await taken;
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid, host: hostname() });
    await lock.release();
  });

  it('rejects to wait for ever, for one that comes up and for one that says nothing', async () => {
    const { child, note } = await otherProcess();
    await expect(take({ endPatienceMilliseconds: 0 })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`the folder ${folder} is in use by another process`),
    });
    await note({});
    await expect(take({ startPatienceMilliseconds: 0 })).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`(PID ${child.pid})`),
    });
    child.kill('SIGKILL');
  });

  it('that another container has is told with its address and its name, though nobody here sees its process', async () => {
    const { child, note } = await otherProcess();
    await note({ pid: 4_194_305, host: 'cliptag-1', pageUrl: places.pageUrl });
    await expect(take()).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`at ${places.pageUrl} (PID 4194305 of cliptag-1)`),
    });
    child.kill('SIGKILL');
  });

  it('is free again after one that could note nothing in it', async () => {
    await mkdir(join(folder, 'running.json'), { recursive: true });
    await expect(take()).rejects.toThrow('running.json');
    await rm(join(folder, 'running.json'), { recursive: true });
    await (await take({ endPatienceMilliseconds: 0 })).release();
  });
});

it.each([
  ['Resource temporarily unavailable', true],
  ['Permission denied', true],
  ['already held by process', true],
  ['No locks available', false],
  ['Operation not supported', false],
  ['Function not implemented', false],
])('a store whose lock fails for "%s" is locked by another process: %s', (reason, isTaken) => {
  const cause = Object.assign(new Error(`IO error: lock /data/LOCK: ${reason}`), { code: 'LEVEL_LOCKED' });
  const error = new Error('The folder /data cannot be opened', { cause });
  expect([isLocked(error), isUnlockable(error)]).toEqual([isTaken, !isTaken]);
});
