import { describe, expect, it } from 'vitest';
import { METRICS, STAGE_METRICS } from '../../../functions/core/tagging/metric-names.ts';
import {
  batchMetrics,
  type MeasuredBatch,
  type MeasuredImage,
} from '../../../functions/tag-images/batch-metrics.ts';

const options = { functionName: 'tagger', isColdStart: true, now: new Date(1_000) };
const milliseconds = { fetch: 1.23456, decode: 2, encode: 3, read: 4, write: 5 };
const tagged: MeasuredImage = { result: 'tagged', milliseconds };

function documentsOf(
  images: readonly MeasuredImage[],
  messages = images.length,
  notTold = 0,
  retried: MeasuredBatch['retried'] = new Map(),
) {
  return batchMetrics({ messages, images, notTold, retried }, options).map((line) => JSON.parse(line));
}

function declared(document: { _aws: { CloudWatchMetrics: [{ Metrics: Array<{ Name: string }> }] } }) {
  return document._aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name);
}

describe('the metrics of a batch', () => {
  it('carry the names that the dashboard shows, and no others', () => {
    const names = Object.values({ ...METRICS, ...STAGE_METRICS });
    expect(declared(documentsOf([tagged], 1, 1, new Map([['faulty', 1]]))[0]).sort()).toEqual(names.sort());
  });

  it('are one document of the embedded metric format', () => {
    const [line, ...more] = batchMetrics(
      { messages: 2, images: [tagged], notTold: 0, retried: new Map() },
      options,
    );
    expect(more).toEqual([]);
    expect(line).not.toContain('\n');
    const count = (Name: string) => ({ Name, Unit: 'Count' });
    const time = (Name: string) => ({ Name, Unit: 'Milliseconds' });
    expect(JSON.parse(String(line))).toEqual({
      _aws: {
        Timestamp: 1_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Cliptag',
            Dimensions: [['FunctionName']],
            Metrics: [
              ...['ImagesTagged', 'ImagesFailed', 'ImagesUnsupported', 'BatchSize', 'ColdStart'].map(count),
              ...['FetchTime', 'DecodeTime', 'EncodeTime', 'RecordTime'].map(time),
            ],
          },
        ],
      },
      FunctionName: 'tagger',
      ...{ ImagesTagged: [1], ImagesFailed: [0], ImagesUnsupported: [0], BatchSize: [2], ColdStart: [1] },
      ...{ FetchTime: [1.235], DecodeTime: [2], EncodeTime: [3], RecordTime: [9] },
    });
  });

  it('count results that nobody could be told of, where there are any', () => {
    expect(documentsOf([tagged], 3, 2)[0]).toMatchObject({ ResultsNotTold: [2] });
    expect(documentsOf([tagged])[0]).not.toHaveProperty('ResultsNotTold');
  });

  it('count messages that come again, all together and by reason', () => {
    const [all, ...byReason] = documentsOf(
      [tagged],
      4,
      0,
      new Map([
        ['throttled', 2],
        ['faulty', 1],
      ]),
    );
    expect(all).toMatchObject({ MessagesRetried: [3] });
    expect(byReason).toMatchObject([
      { FunctionName: 'tagger', Reason: 'throttled', MessagesRetried: [2] },
      { FunctionName: 'tagger', Reason: 'faulty', MessagesRetried: [1] },
    ]);
    expect(byReason[0]._aws.CloudWatchMetrics[0].Dimensions).toEqual([['FunctionName', 'Reason']]);
    expect(documentsOf([tagged])[0]).not.toHaveProperty('MessagesRetried');
  });

  it('count images by what became of them', () => {
    const results = [
      'failed',
      'tagged',
      'unsupported',
      'failed',
      'unchanged',
      'superseded',
      'deleted',
    ] as const;
    const images = results.map((result): MeasuredImage => ({ result, milliseconds }));
    expect(documentsOf(images)).toMatchObject([
      { ImagesTagged: [1], ImagesFailed: [2], ImagesUnsupported: [1], BatchSize: [7] },
    ]);
  });

  it('say nothing of a stage that no image came to', () => {
    const unread = { ...milliseconds, fetch: 0, decode: 0, encode: 0 };
    const [document] = documentsOf([{ result: 'unchanged', milliseconds: unread }]);
    expect(document).not.toHaveProperty('FetchTime');
    expect(declared(document)).not.toContain('FetchTime');
    expect(document.RecordTime).toEqual([9]);
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])(
    'of %i images take documents of at most 100 values, and counts stand in the first',
    (images, lengths) => {
      const documents = documentsOf(Array.from({ length: images }, () => tagged));
      expect(documents.map(({ FetchTime }) => FetchTime.length)).toEqual(lengths);
      expect(documents.map(({ ImagesTagged }) => ImagesTagged)).toEqual([
        [images],
        ...lengths.slice(1).map(() => undefined),
      ]);
      for (const document of documents) {
        for (const name of declared(document)) expect(document[name].length).toBeGreaterThan(0);
      }
    },
  );
});
