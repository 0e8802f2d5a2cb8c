import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { entryBytes, putEventsEntry } from '../../../../functions/adapters/aws/eventbridge.ts';
import type { ImageContent } from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import {
  MAXIMUM_EVENT_TAGS,
  resultEvent,
  resultEventSchema,
} from '../../../../functions/core/results/result-event.ts';

const SCHEMA_FILE = 'docs/result-event.schema.json';
const object = {
  bucket: 'photos',
  key: 'summer & more/ü 1.jpg',
  versionId: 'v1',
  eTag: 'etag',
  sizeBytes: 1234,
  sequencer: '00A1'.padEnd(32, '0'),
};
const tagged: ImageContent = {
  status: 'tagged',
  width: 640,
  height: 480,
  format: 'jpeg',
  tags: [
    { set: 'general', label: 'dog', score: 0.7 },
    { set: 'places', label: 'outdoor', score: 0.9 },
  ],
  modelDigest: 'model',
  embedding: new Uint8Array(1024),
  labelSets: { general: 'digest', places: 'other' },
  takenAt: '2024-06-01T18:20:05',
  camera: 'Canon EOS R5',
  latitude: 48.85822,
  longitude: 2.2945,
  colour: '#6f7a4c',
};
const eventOf = (content: ImageContent, changes = {}) =>
  resultEvent(
    nextImageRecord(undefined, { ...object, ...changes }, content, {
      eventTime: '2026-11-23T12:00:00.000Z',
      now: new Date('2026-11-23T12:00:01Z'),
    }),
  );
const failed: ImageContent = {
  status: 'failed',
  reason: 'Expected an image',
  reasonCode: 'corrupt',
  tags: [],
};

describe('a result event', () => {
  it('tells all that a record says but embedding and details such as the place, best score first', () => {
    expect(eventOf(tagged)).toEqual({
      type: 'ImageTagged',
      detail: {
        ...object,
        version: 1,
        revision: 1,
        status: 'tagged',
        tags: [
          { set: 'places', label: 'outdoor', score: 0.9 },
          { set: 'general', label: 'dog', score: 0.7 },
        ],
        labels: ['places:outdoor', 'general:dog'],
        modelDigest: 'model',
        labelSets: { general: 'digest', places: 'other' },
        width: 640,
        height: 480,
        format: 'jpeg',
        eventTime: '2026-11-23T12:00:00.000Z',
        recordedAt: '2026-11-23T12:00:01.000Z',
      },
    });
  });

  it.each<[string, string, ImageContent]>([
    ['a tagged image', 'ImageTagged', tagged],
    ['a broken image', 'ImageFailed', failed],
    ['an image of a kind that is not read', 'ImageFailed', { ...failed, status: 'unsupported' }],
    ['a removed object', 'ImageRemoved', { status: 'deleted', tags: [] }],
  ])('of %s is %s, and is as its schema says', (_, type, content) => {
    const removed = { versionId: undefined, eTag: undefined, sizeBytes: undefined };
    const { type: received, detail } = eventOf(content, content.status === 'deleted' ? removed : {});
    expect(received).toBe(type);
    const sent = JSON.parse(JSON.stringify(detail));
    const schema = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));
    expect(z.fromJSONSchema({ ...schema, additionalProperties: false }).parse(sent)).toEqual(sent);
  });

  it('tells the best tags only, so that it always fits', () => {
    const tags = Array.from({ length: 1000 }, (_, i) => ({
      set: 'general',
      label: `${'ü'.repeat(1_000)} ${i}`,
      score: i / 1000,
    }));
    const event = eventOf({ ...tagged, tags });
    expect(event.detail.tags).toHaveLength(MAXIMUM_EVENT_TAGS);
    expect(event.detail.tags[0]?.score).toBe(0.999);
    expect(entryBytes(putEventsEntry(event, 'default'))).toBeLessThan(256 * 1024);
  });

  it('is what EventBridge takes', () => {
    const event = eventOf(failed);
    const entry = putEventsEntry(event, 'default');
    expect({ ...entry, Detail: JSON.parse(String(entry.Detail)) }).toEqual({
      Source: 'cliptag',
      DetailType: 'ImageFailed',
      Detail: event.detail,
      Time: new Date('2026-11-23T12:00:01Z'),
      EventBusName: 'default',
    });
    expect(entryBytes({ Source: 'ab', DetailType: 'cde', Detail: 'ü' })).toBe(14 + 2 + 3 + 2);
  });
});

it('the schema that others read is made of the one that the code has', async () => {
  // `npx vitest run test/unit/core/results/result-event.test.ts -u` writes it.
  await expect(`${JSON.stringify(resultEventSchema(), undefined, 2)}\n`).toMatchFileSnapshot(
    `${process.cwd()}/${SCHEMA_FILE}`,
  );
});
