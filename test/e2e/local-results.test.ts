import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResultEventDetail } from '../../functions/core/results/result-event.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { jsonLines, runCli } from './support/cli-process.ts';
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
  await leaveDeadLetters(join(folder.folder, 'queue'));
  const labels = join(folder.folder, 'mine.yaml');
  await writeFile(labels, 'name: mine\nversion: 1\nmode: exclusive\nlabels: [cat, dog, rocket]\n');
  const flags = ['--labels', labels, '--object-tags', '2', '--result-events'];
  pipeline = await startPipelineProcess(folder.folder, ...flags);
});
afterAll(async () => {
  await pipeline?.crash();
  await folder.remove();
});

const removal = {
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventTime: '2026-11-24T08:00:00.000Z',
  eventName: 'ObjectRemoved:Delete',
  s3: { bucket: { name: 'photos' }, object: { key: 'gone.jpg', sequencer: '01' } },
};

/** Messages that were received as often as they may be. */
async function leaveDeadLetters(folder: string): Promise<void> {
  const queue = await openQueue({ folder, visibilityTimeoutSeconds: 60, maxReceiveCount: 1 });
  await queue.send(JSON.stringify({ Records: [removal] }));
  const [received] = await queue.receive({ maximumMessages: 1 });
  await queue.release([received?.receiptHandle ?? ''], { delaySeconds: 0, reason: 'the table was away' });
  await queue.receive({ maximumMessages: 1 });
  await queue.close();
}

interface PrintedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: ResultEventDetail;
}

function printedEvents(key: string): PrintedEvent[] {
  // The last one may have come in part.
  const lines = pipeline.stdout().split('\n').slice(0, -1);
  const events = lines.filter((line) => line.startsWith('{"source":')).map((line) => JSON.parse(line));
  return (events as PrintedEvent[]).filter(({ detail }) => detail.key === key);
}

it('the local pipeline prints result events and tags objects, when it is asked to', async () => {
  await waitUntil(async () => printedEvents('chelsea.png').length > 0);
  const record = await recordOf(pipeline, 'chelsea.png');
  const [event] = printedEvents('chelsea.png');
  expect(record?.tags).toMatchObject([{ set: 'mine', label: 'cat' }]);
  // Progress is shown meanwhile, and programs read events by the line.
  expect(pipeline.stdout()).not.toMatch(/[^\n]\{"source":/);
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

it('redrive shows the dead letters of the local pipeline and puts them back', async () => {
  const here = ['--http-port', new URL(pipeline.pageUrl).port, '--json'];
  const letter = { objects: ['s3://photos/gone.jpg'], receiveCount: 1, reason: 'the table was away' };
  const plan = { step: 'plan', deadLetters: 1, sample: [letter] };
  expect(jsonLines(await runCli(['redrive', '--dry-run', ...here]))).toMatchObject([plan]);
  const { code, stdout, stderr } = await runCli(['redrive', '--yes', ...here]);
  expect([code, stderr]).toEqual([0, '']);
  expect(jsonLines({ code, stdout, stderr })).toMatchObject([
    plan,
    { step: 'done', state: 'completed', moved: 1 },
  ]);
  await waitUntil(async () => (await recordOf(pipeline, 'gone.jpg'))?.status === 'deleted');
  await waitUntil(async () => printedEvents('gone.jpg').length > 0);
  expect(printedEvents('gone.jpg')[0]?.['detail-type']).toBe('ImageRemoved');
});

it('no other page may have dead letters redriven', async () => {
  const headers = { origin: 'http://elsewhere.example' };
  const answer = await fetch(`${pipeline.pageUrl}/redrive`, { method: 'POST', headers });
  expect(answer.status).toBe(403);
});
