import { GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResultEventDetail } from '../../functions/core/result-event.ts';
import {
  bucketOf,
  credentials,
  makeFolder,
  type RunningPipeline,
  recordOf,
  region,
  startPipelineProcess,
  waitUntil,
} from './support.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
let pipeline: RunningPipeline;
beforeAll(async () => {
  folder = await makeFolder();
  pipeline = await startPipelineProcess(folder.folder, '--object-tags', '2', '--result-events');
});
afterAll(async () => {
  await pipeline?.crash();
  await folder.remove();
});

interface PrintedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: ResultEventDetail;
}

function printedEvents(key: string): PrintedEvent[] {
  const lines = pipeline.output().split('\n');
  const events = lines.filter((line) => line.startsWith('{"source":')).map((line) => JSON.parse(line));
  return (events as PrintedEvent[]).filter(({ detail }) => detail.key === key);
}

it('the local pipeline prints result events and tags objects, when it is asked to', async () => {
  await waitUntil(async () => printedEvents('chelsea.png').length > 0);
  const record = await recordOf(pipeline, 'chelsea.png');
  const [event] = printedEvents('chelsea.png');
  expect(event).toMatchObject({
    source: 'cliptag',
    'detail-type': 'ImageTagged',
    detail: { version: 1, bucket: 'photos', sequencer: record?.sequencer, status: 'tagged' },
  });
  const s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
  const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket: 'photos', Key: 'chelsea.png' }));
  expect(TagSet).toEqual(
    event?.detail.tags
      .slice(0, 2)
      .map(({ set, label }) => ({ Key: `cliptag:${set}:${label}`, Value: 'yes' })),
  );

  await bucketOf(pipeline).put('text.jpg', Buffer.from('no picture'), 10);
  await waitUntil(async () => printedEvents('text.jpg').length > 0);
  expect(printedEvents('text.jpg')).toMatchObject([
    { 'detail-type': 'ImageFailed', detail: { reasonCode: 'not-an-image' } },
  ]);
});
