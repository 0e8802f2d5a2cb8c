import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  noteRunning,
  noteStarting,
  removeRunningNote,
  runningPipeline,
} from '../../../functions/local/running-note.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

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
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid });
    await noteRunning(folder, places);
    expect(await runningPipeline(folder)).toEqual({ pid: process.pid, pageUrl: places.pageUrl });
    await removeRunningNote(folder);
    expect(await runningPipeline(folder)).toBeUndefined();
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
