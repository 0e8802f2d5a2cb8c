import { expect, it } from 'vitest';
import { eventsOf, type ObjectEvent } from '../../../../functions/core/objects/event.ts';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import { tagImage } from '../../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, fakeTagger } from '../fake-taggers.ts';
import { inMemoryBucket } from '../in-memory-bucket.ts';
import { inMemoryTable } from '../in-memory-table.ts';

it.each(['zzzz', '~', 'ffffffff', '\uffff'])(
  'a record with the sequencer "%s", which no event has, follows the next upload and removal all the same',
  async (sequencer) => {
    const table = inMemoryTable();
    const bucket = inMemoryBucket('photos', { versioned: false, bytesOf: bytesOfContent });
    const object = { bucket: 'photos', key: 'a.jpg' };
    const times = { eventTime: '', recordedAt: '' };
    const forged = {
      ...object,
      ...times,
      sequencer,
      status: 'tagged',
      tags: [],
      revision: 1,
      supersededTags: [],
    } as const;
    await table.write(putImageRecord(forged));
    const tagger = fakeTagger('first', { objects: bucket.objects, table });
    const changed = async (change: Parameters<typeof bucket.change>[1]) => {
      const [event] = eventsOf(bucket.change('a.jpg', change) ?? '');
      await tagImage(event as ObjectEvent, tagger);
      return readRecord(object, table);
    };
    expect(await changed({ kind: 'put', content: 0 })).toMatchObject({
      status: 'tagged',
      tags: [{ label: 'cat' }],
    });
    expect(await changed({ kind: 'delete' })).toMatchObject({ status: 'deleted' });
  },
);
