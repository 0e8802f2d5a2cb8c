import { beforeEach, describe, expect, it } from 'vitest';
import type { CliptagError } from '../../../../functions/core/errors.ts';
import type { ObjectEvent } from '../../../../functions/core/objects/event.ts';
import { fixedWidthSequencer } from '../../../../functions/core/objects/object.ts';
import type { CorrectionChange } from '../../../../functions/core/records/changed-corrections.ts';
import { correctImage } from '../../../../functions/core/records/correct-image.ts';
import { MAXIMUM_CORRECTIONS } from '../../../../functions/core/records/corrections.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import type { WriteRequest } from '../../../../functions/core/records/tag-table.ts';
import { planRetag, retag } from '../../../../functions/core/retag/retag.ts';
import { tagImage } from '../../../../functions/core/tagging/tag-image.ts';
import { bytesOfContent, CONTENT_COUNT, fakeRetagger, fakeTagger, type TaggerName } from '../fake-taggers.ts';
import { inMemoryBucket } from '../in-memory-bucket.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const IMAGE = { bucket: 'photos', key: 'a.jpg' };
const of = (label: string) => ({ set: 'things', label });
const tag = (label: string, score: number) => ({ ...of(label), score });
const BROKEN = CONTENT_COUNT - 2;

let table: ReturnType<typeof inMemoryTable>;
let uploads: number;
beforeEach(() => {
  table = inMemoryTable();
  uploads = 0;
});

/** Uploads a content (see `fake-taggers.ts`: 0 is a cat, 1 cat and dog, 2 a dog and less of a cat) and tags it; no content deletes the image. */
async function upload(content: number | undefined, tagger: TaggerName = 'first') {
  const bucket = inMemoryBucket('photos', { versioned: false, bytesOf: bytesOfContent });
  bucket.change(IMAGE.key, content === undefined ? { kind: 'delete' } : { kind: 'put', content });
  const listed = bucket.listing()[0];
  const sequencer = fixedWidthSequencer(String(++uploads));
  const time = '2026-11-23T12:00:00.000Z';
  const event: ObjectEvent = listed
    ? {
        kind: 'created',
        object: { ...IMAGE, eTag: listed.eTag, sizeBytes: listed.sizeBytes, sequencer },
        time,
      }
    : { kind: 'removed', object: { ...IMAGE, sequencer }, time, mayUncoverVersion: false };
  await tagImage(event, fakeTagger(tagger, { objects: bucket.objects, table }));
  return record();
}

const record = () => readRecord(IMAGE, table);
const correct = (change: CorrectionChange, now = new Date(0)) =>
  correctImage(IMAGE, change, { table, now: () => now });
const entries = () =>
  table.items().flatMap(({ PK, score }) => (String(PK).startsWith('LABEL#') ? [`${PK} ${score}`] : []));

describe('correctImage', () => {
  it('writes tags, label entries and what was said, with its time', async () => {
    await upload(1);
    expect((await record())?.tags).toEqual([tag('cat', 0.8808), tag('dog', 0.8808)]);
    const corrected = await correct({ add: [of('bird')], remove: [of('cat')] });
    expect(corrected).toMatchObject({
      revision: 2,
      tags: [tag('bird', 1), tag('dog', 0.8808)],
      corrections: [
        { ...of('bird'), isThere: true, correctedAt: '1970-01-01T00:00:00.000Z' },
        { ...of('cat'), isThere: false, correctedAt: '1970-01-01T00:00:00.000Z', modelScore: 0.8808 },
      ],
    });
    expect(await record()).toEqual({ ...corrected, supersededTags: [] });
    expect(entries()).toEqual(['LABEL#things#bird 1', 'LABEL#things#dog 0.8808']);
  });

  it('keeps all else that the record says', async () => {
    const before = await upload(1);
    await correct({ add: [of('bird')] });
    const { corrections, ...after } = (await record()) ?? {};
    expect(after).toEqual({ ...before, revision: 2, tags: [tag('bird', 1), ...(before?.tags ?? [])] });
  });

  it('writes nothing when the same is said again', async () => {
    await upload(1);
    await correct({ add: [of('bird')], remove: [of('cat')] });
    const before = table.items();
    await correct({ add: [of('bird')], remove: [of('cat')], clear: [of('dog')] }, new Date(1_000));
    expect(table.items()).toEqual(before);
  });

  it('gives the model its word back, score included, when a correction is taken back', async () => {
    const before = await upload(1);
    await correct({ remove: [of('cat')], add: [of('dog'), of('bird')] });
    const cleared = await correct({ clear: [of('cat'), of('dog'), of('bird')] });
    expect(cleared.tags).toEqual(before?.tags);
    expect(cleared).not.toHaveProperty('corrections');
    expect(entries()).toEqual(['LABEL#things#cat 0.8808', 'LABEL#things#dog 0.8808']);
  });

  it('holds over an upload of another content, one by another model, and one that is broken meanwhile', async () => {
    await upload(0);
    await correct({ add: [of('bird')], remove: [of('cat')] });
    expect((await upload(1))?.tags).toEqual([tag('bird', 1), tag('dog', 0.8808)]);
    expect(await upload(BROKEN)).toMatchObject({ status: 'failed', tags: [] });
    expect(entries()).toEqual([]);
    const other = await upload(1, 'second');
    expect(other).toMatchObject({ modelDigest: 'model-b', tags: [tag('bird', 1)] });
    // The model's own word of the new picture comes back, not that of the old one.
    const cleared = await correct({ clear: [of('cat'), of('bird')] });
    expect(cleared.tags).toEqual([tag('bird', 0.8808), tag('cat', 0.8808)]);
  });

  it('goes with a deleted image', async () => {
    await upload(0);
    await correct({ remove: [of('cat')] });
    expect(await upload(undefined)).not.toHaveProperty('corrections');
    expect((await upload(0))?.tags).toEqual([tag('cat', 0.8808)]);
  });

  it('holds over retagging, whose plan tells of what changes in truth', async () => {
    await upload(2);
    await correct({ add: [{ ...of('dog'), parents: ['pet'] }], remove: [of('cat')] });
    const retagger = fakeRetagger('relabelled', table);
    // By label sets that know "pet", all that the model says anew has been said.
    const planned = await planRetag(retagger);
    expect(planned).toMatchObject({ images: 1, changed: 0, noted: 1, labels: [] });
    expect(await retag(retagger)).toEqual(planned);
    expect(await record()).toMatchObject({
      tags: [tag('dog', 1), tag('pet', 1)],
      corrections: [
        { ...of('dog') },
        { ...of('cat') },
        { ...of('pet'), isImplied: true, modelScore: 0.8808 },
      ],
    });
    expect(await retag(retagger)).toMatchObject({ changed: 0, noted: 0, right: 1, stale: 0 });
    const cleared = await correct({ clear: [of('dog'), of('cat')] });
    expect(cleared.tags).toEqual([tag('dog', 0.8808), tag('pet', 0.8808)]);
  });

  it('loses nothing to a retag between its read and its write', async () => {
    await upload(2);
    let isFirst = true;
    const contested = {
      ...table,
      write: async (request: WriteRequest) => {
        if (request.kind === 'put' && request.Item.SK === 'IMAGE' && isFirst) {
          isFirst = false;
          await retag(fakeRetagger('relabelled', table));
        }
        return table.write(request);
      },
    };
    await correctImage(IMAGE, { remove: [of('dog')] }, { table: contested, now: () => new Date(0) });
    expect(await record()).toMatchObject({ revision: 3, tags: [tag('pet', 0.8808)] });
    expect(entries()).toEqual(['LABEL#things#pet 0.8808']);
  });

  it('leaves no entry of a correction whose image was deleted meanwhile', async () => {
    await upload(1);
    let isFirst = true;
    const contested = {
      ...table,
      write: async (request: WriteRequest) => {
        if (request.kind === 'put' && request.Item.SK === 'IMAGE' && isFirst) {
          isFirst = false;
          await upload(undefined);
        }
        return table.write(request);
      },
    };
    const correcting = correctImage(
      IMAGE,
      { add: [of('bird')] },
      { table: contested, now: () => new Date(0) },
    );
    await expect(correcting).rejects.toMatchObject({ code: 'no-image' });
    expect(entries()).toEqual([]);
  });

  it('rejects an image that is not there, or has no tags that could be corrected', async () => {
    const codeOf = (correcting: Promise<unknown>) =>
      correcting.then(
        () => 'done',
        ({ code, message }: CliptagError) => `${code}: ${message}`,
      );
    expect(await codeOf(correct({ add: [of('cat')] }))).toBe(
      'no-image: there is no record of s3://photos/a.jpg',
    );
    await upload(BROKEN);
    expect(await codeOf(correct({ remove: [of('cat')] }))).toMatch(
      /^not-tagged: .*s3:\/\/photos\/a\.jpg is failed/,
    );
    expect(await codeOf(correct({ clear: [of('cat')] }))).toBe('done');
    await upload(undefined);
    expect(await codeOf(correct({ add: [of('cat')] }))).toBe(
      'no-image: there is no longer an image s3://photos/a.jpg',
    );
  });

  it('rejects a label that is said to be there and not to be there', async () => {
    await upload(1);
    const both = { add: [of('cat'), of('dog')], remove: [of('cat')], clear: [of('dog')] };
    await expect(correct(both)).rejects.toThrow(
      'The corrections contradict each other:\n' +
        '  expected one of add, remove and clear for things:cat but received more\n' +
        '  expected one of add, remove and clear for things:dog but received more',
    );
  });

  it('rejects what cannot be a label, before it becomes a part of a key', async () => {
    await upload(1);
    const before = table.items();
    const unseen = ['\u0000', '\u202e', 'c\nat', 'cat\ud800'].map(of);
    const add = [{ set: 'a#b', label: 'cat' }, of(' '), of('x'.repeat(101)), ...unseen];
    const broader = { ...of('y'), parents: [''] };
    await expect(correct({ add: [...add, broader], clear: [{ set: '', label: 'z' }] })).rejects.toMatchObject(
      {
        code: 'invalid-input',
        faults: [
          ['a#b', 'cat'],
          ['things', ' '],
          ['things', 'x'.repeat(101)],
          ...unseen.map(({ set, label }) => [set, label]),
          ['things', ''],
          ['', 'z'],
        ].map(([set, label]) => expect.stringContaining(JSON.stringify({ set, label }))),
      },
    );
    expect(table.items()).toEqual(before);
  });

  it('rejects one correction more than a record takes', async () => {
    await upload(1);
    const labels = Array.from({ length: MAXIMUM_CORRECTIONS }, (_, i) => of(`label ${i}`));
    expect((await correct({ add: labels })).corrections).toHaveLength(MAXIMUM_CORRECTIONS);
    await expect(correct({ add: [of('one more')] })).rejects.toMatchObject({
      code: 'too-many-corrections',
      message: 'Expected at most 200 corrections of s3://photos/a.jpg but received 201',
    });
  });
});
