import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import {
  makeFolder,
  type RunningPipeline,
  recordOf,
  startPipelineProcess,
  waitForRecord,
  waitUntil,
} from './support.ts';

let folder: { folder: string; remove: () => Promise<void> };
let pictures: string;
let pipeline: RunningPipeline;
beforeAll(async () => {
  folder = await makeFolder();
  pictures = join(folder.folder, 'Pictures');
  await mkdir(pictures);
  await copyFile(join(SAMPLE_FOLDER, 'chelsea.png'), join(pictures, 'cat.png'));
  pipeline = await startPipelineProcess(join(folder.folder, 'data'), '--watch', pictures);
});
afterAll(async () => {
  await pipeline.crash();
  await folder.remove();
});

const api = (path: string, parameters: Record<string, string>) =>
  fetch(`${pipeline.pageUrl}/api/v1/${path}?${new URLSearchParams(parameters)}`);

describe('cliptag start --watch', () => {
  it('says where the pictures of the folder are', () => {
    expect(pipeline.output()).toContain(`Watching  ${pictures}  as s3://photos/Pictures/`);
  });

  it('tags the pictures of the folder, which the page and S3 serve from there', async () => {
    const record = await waitForRecord(pipeline, 'Pictures/cat.png');
    expect(record.tags.map(({ label }) => label)).toContain('cat');
    const image = { bucket: 'photos', key: 'Pictures/cat.png' };
    const bytes = await readFile(join(pictures, 'cat.png'));
    const original = await api('originals', { ...image, eTag: record.eTag ?? '' });
    expect(Buffer.from(await original.arrayBuffer())).toEqual(bytes);
    expect((await api('thumbnails', image)).status).toBe(200);
    expect(await (await api('search', { q: 'prefix:Pictures/ cat' })).json()).toMatchObject({
      images: [image],
    });
  });

  it('follows what comes and goes', async () => {
    await copyFile(join(SAMPLE_FOLDER, 'coffee.png'), join(pictures, 'cup.png'));
    await waitForRecord(pipeline, 'Pictures/cup.png');
    await rm(join(pictures, 'cup.png'));
    await waitUntil(async () => (await recordOf(pipeline, 'Pictures/cup.png'))?.status === 'deleted');
  });

  it('tags nothing anew at the next start, and what came meanwhile', async () => {
    const before = await recordOf(pipeline, 'Pictures/cat.png');
    await pipeline.crash();
    await copyFile(join(SAMPLE_FOLDER, 'rocket.jpg'), join(pictures, 'rocket.jpg'));
    pipeline = await startPipelineProcess(join(folder.folder, 'data'), '--watch', pictures);
    await waitForRecord(pipeline, 'Pictures/rocket.jpg');
    expect(await recordOf(pipeline, 'Pictures/cat.png')).toEqual(before);
  });
});
