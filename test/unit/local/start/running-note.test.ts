import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  noteRunning,
  noteStarting,
  removeRunningNote,
  runningPipeline,
} from '../../../../functions/local/start/running-note.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const places = {
  pageUrl: 'http://127.0.0.1:3001',
  s3Url: 'http://127.0.0.1:9000',
  dynamodbUrl: 'http://127.0.0.1:8000',
};

describe('the note of a pipeline that runs', () => {
  it('says where it is, until it is removed', async () => {
    const folder = await temporaryFolder();
    expect(await runningPipeline(folder)).toBeUndefined();
    await noteStarting(folder);
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid, host: hostname() });
    await noteRunning(folder, places);
    expect(await runningPipeline(folder)).toEqual({
      ...{ pid: process.pid, host: hostname(), pageUrl: places.pageUrl },
    });
    await removeRunningNote(folder);
    expect(await runningPipeline(folder)).toBeUndefined();
  });

  it.each([
    { pid: process.pid, pageUrl: 'http://127.0.0.1:3000' },
    { pid: 4_194_305, host: 'another-container', pageUrl: 'http://127.0.0.1:3000' },
  ])('is believed of a version that named no machine, and of another container: %j', async (note) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'running.json'), JSON.stringify(note));
    expect(await runningPipeline(folder)).toEqual(note);
  });

  it.each([
    ['cut off', '{"pid":1'],
    ['of something else', '[]'],
    ['without a process', '{"pid":0,"pageUrl":"http://127.0.0.1:3000"}'],
    // No system gives so high a number.
    ['of a process that has ended', '{"pid":4194305,"pageUrl":"http://127.0.0.1"}'],
  ])('rejects one %s', async (_, text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'running.json'), text);
    expect(await runningPipeline(folder)).toBeUndefined();
  });
});
