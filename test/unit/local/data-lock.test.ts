import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type DataLockOptions, takeDataFolder } from '../../../functions/local/data-lock.ts';
import { noteRunning, runningPipeline } from '../../../functions/local/running-note.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const places = {
  pageUrl: 'http://127.0.0.1:3001',
  s3Url: 'http://127.0.0.1:1',
  dynamodbUrl: 'http://127.0.0.1:2',
};
const repository = fileURLToPath(new URL('../../..', import.meta.url));
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
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid });
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
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid });
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
});
