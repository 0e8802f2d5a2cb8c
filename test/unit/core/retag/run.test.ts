import { beforeEach, describe, expect, it } from 'vitest';
import { embeddingToBytes } from '../../../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import type { ImageRecord } from '../../../../functions/core/records/image-record.ts';
import { type LabelEntry, putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { commitRecord, readRecord } from '../../../../functions/core/records/record-commit.ts';
import type { ScannableTable, ScanRequest } from '../../../../functions/core/records/tag-table.ts';
import { planRetag, retag } from '../../../../functions/core/retag/retag.ts';
import type { Retagger } from '../../../../functions/core/retag/retagger.ts';
import {
  digestsOf,
  requireSameLabelSets,
  runFindings,
  type SegmentWork,
  workOnSegment,
} from '../../../../functions/core/retag/run.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';

const IMAGES = 9;
const EMBEDDING = embeddingToBytes({ modelDigest: 'model-a', values: Float32Array.of(0.8, 0.6) });

let table: InMemoryTable;
/** Seconds since 1970. */
let clock: number;

beforeEach(async () => {
  table = inMemoryTable();
  clock = 1_000;
  for (let i = 0; i < IMAGES; i++) await tagged(`${i}.jpg`);
});

async function tagged(key: string, changes: Partial<ImageRecord> = {}): Promise<ImageRecord> {
  const content = { status: 'tagged', tags: [], modelDigest: 'model-a', embedding: EMBEDDING } as const;
  const record = nextImageRecord(undefined, { bucket: 'photos', key, sequencer: '2' }, content, {
    ...{ eventTime: 'then', now: new Date(0) },
  });
  const written = { ...record, ...changes };
  await commitRecord(written, written.tags, table);
  return written;
}

/** Labels are axes of the embedding, so every image shows them. */
function retagger(labels: readonly string[], changes: Partial<Retagger> = {}): Retagger {
  const labelSet = parseLabelSet(
    { name: 'things', version: 1, mode: 'independent', labels, minimumScore: 0.6 },
    'things',
  );
  const classifier = {
    ...{
      labelSet,
      labelSetDigest: labelSetDigest(labelSet, 'model-a'),
      modelDigest: 'model-a',
      logitScale: 4,
    },
    labelRows: Float32Array.of(1, 0, 0, 1).slice(0, 2 * labels.length),
    contrastRows: Float32Array.of(0, 0),
  };
  return {
    ...{ table, modelDigest: 'model-a', now: () => new Date(clock * 1_000) },
    classifiers: [classifier],
    ...changes,
  };
}

const entries = () => table.items().filter(({ PK }) => String(PK).startsWith('LABEL#'));
const entry = (key: string, label: string, sequencer: string, revision: number): LabelEntry => ({
  ...{ bucket: 'photos', key, sequencer, revision, set: 'things', label, score: 0.9 },
});
const put = (one: LabelEntry) => table.write(putLabelEntry(one, one));

describe('retagging a table', () => {
  it('keeps what EXIF and pixels have told', async () => {
    const details = {
      ...{ takenAt: '2024-06-01T18:20:05', camera: 'Canon EOS R5', latitude: 48.85822, longitude: 2.2945 },
      ...{ differenceHash: '3c7e66241818183c', sharpness: 1230, colour: '#6f7a4c' },
    };
    await tagged('with details.jpg', details);
    await retag(retagger(['cat']));
    const record = await readRecord({ bucket: 'photos', key: 'with details.jpg' }, table);
    expect(record).toMatchObject({ ...details, revision: 2, tags: [{ label: 'cat' }] });
  });

  it('writes every image that changes, and the entries of its new tags', async () => {
    const seen: number[] = [];
    const findings = await retag(retagger(['cat', 'dog'], { onProgress: (images) => seen.push(images) }));
    expect(findings).toMatchObject({ images: IMAGES, changed: IMAGES, right: 0, stale: 0, awaited: 0 });
    expect(seen.at(-1)).toBe(IMAGES);
    expect(entries()).toHaveLength(2 * IMAGES);
    const record = await readRecord({ bucket: 'photos', key: '0.jpg' }, table);
    expect(record).toMatchObject({ revision: 2, sequencer: '2', eventTime: 'then', status: 'tagged' });
    expect(record?.tags.map(({ label }) => label)).toEqual(['cat', 'dog']);
    expect(record?.embedding).toEqual(EMBEDDING);
  });

  it('puts only the entries of tags that are new', async () => {
    await retag(retagger(['cat']));
    const written: unknown[] = [];
    const counted: ScannableTable = {
      ...table,
      write: (request) => {
        written.push(request.kind === 'put' ? request.Item.SK : request.kind);
        return table.write(request);
      },
    };
    await retag(retagger(['cat', 'dog'], { table: counted }));
    // For each image its record and the entry of "dog".
    expect(written).toHaveLength(2 * IMAGES);
    expect(written.filter((what) => what === 'IMAGE')).toHaveLength(IMAGES);
  });

  it('writes nothing a second time', async () => {
    await retag(retagger(['cat']));
    const before = table.items();
    expect(await retag(retagger(['cat']))).toMatchObject({ right: IMAGES, changed: 0, noted: 0 });
    expect(table.items()).toEqual(before);
  });

  it('decides anew about an image that has changed since the scan', async () => {
    let isFirst = true;
    const racing: ScannableTable = {
      ...table,
      async write(request) {
        if (isFirst && request.kind === 'put' && request.Item.SK === 'IMAGE') {
          isFirst = false;
          const { bucket, key } = request.Item as unknown as ImageRecord;
          const previous = await readRecord({ bucket, key }, table);
          const removed = nextImageRecord(
            previous,
            { bucket, key, sequencer: '3' },
            { status: 'deleted', tags: [] },
            { eventTime: '', now: new Date(0) },
          );
          await commitRecord(removed, [], table);
        }
        return table.write(request);
      },
    };
    expect(await retag(retagger(['cat'], { table: racing }))).toMatchObject({
      images: IMAGES - 1,
      changed: IMAGES - 1,
    });
    expect(entries()).toHaveLength(IMAGES - 1);
  });

  it('keeps to its scope', async () => {
    const findings = await retag(retagger(['cat']), { bucket: 'photos', prefix: '1' });
    expect(findings.images).toBe(1);
    expect(entries()).toHaveLength(1);
  });
});

describe('the sweep', () => {
  const left = () => [
    entry('0.jpg', 'dog', '2', 1), // stale: revision 1 has been written without it
    entry('1.jpg', 'dog', '1', 1), // stale: a newer event has been written
    entry('2.jpg', 'dog', '3', 1), // awaited: its event has not been worked off
    entry('none.jpg', 'dog', '2', 1), // awaited: so has the first one of its image
    entry('3.jpg', 'dog', '2', 9), // unsettled: its writer may be at work
  ];

  it('is counted by a plan that is asked for it, and changes nothing', async () => {
    for (const one of left()) await put(one);
    const before = table.items();
    expect(await planRetag(retagger(['cat']), {}, { withSweep: true })).toMatchObject({
      ...{ images: IMAGES, changed: IMAGES, stale: 3, awaited: 2 },
    });
    expect(await planRetag(retagger(['cat']))).toMatchObject({ images: IMAGES, stale: 0, awaited: 0 });
    expect(table.items()).toEqual(before);
  });

  it('removes what no record will rely on, settles what may be, and leaves what is awaited', async () => {
    // All images are right already, so that revisions stay as they are.
    await retag(retagger(['cat']));
    for (const one of left()) await put({ ...one, revision: one.revision + 1 });
    expect(await retag(retagger(['cat']))).toMatchObject({ right: IMAGES, stale: 2, awaited: 2 });
    const dogs = entries().filter(({ label }) => label === 'dog');
    // That of 3.jpg is six revisions ahead, three of which a sweep advances.
    expect(dogs.map(({ key }) => key).toSorted()).toEqual(['2.jpg', '3.jpg', 'none.jpg']);
    expect(await readRecord({ bucket: 'photos', key: '3.jpg' }, table)).toMatchObject({ revision: 5 });
  });
});

describe('a segment of a run', () => {
  const work = (changes: Partial<SegmentWork> = {}): SegmentWork => ({
    ...{ run: 'run-1', segment: { segment: 0, of: 1 }, mode: 'write', scope: {} },
    ...changes,
  });
  const never = () => false;
  const progress = () => table.items().filter(({ PK }) => PK === 'RETAG#run-1');

  it('is worked on to its end, and its findings stand in an item that expires', async () => {
    expect(await workOnSegment(retagger(['cat']), work(), never)).toBe(true);
    expect(entries()).toHaveLength(IMAGES);
    expect(progress()).toMatchObject([
      { SK: 'SEGMENT#0000', isDone: true, saves: 1, expiresAt: 1_000 + 30 * 24 * 60 * 60 },
    ]);
    expect(await runFindings('run-1', table)).toMatchObject({
      ...{ findings: { images: IMAGES, changed: IMAGES }, segmentsDone: 1 },
      by: digestsOf(retagger(['cat'])),
    });
  });

  it('is not worked on again once it is done', async () => {
    await workOnSegment(retagger(['cat']), work(), never);
    const unreadable: ScannableTable = {
      ...table,
      scan: () => {
        throw new Error('Expected no scan');
      },
    };
    expect(await workOnSegment(retagger(['cat'], { table: unreadable }), work(), never)).toBe(true);
  });

  it('goes on where the worker before it stopped, and adds to its findings', async () => {
    const starts: unknown[] = [];
    const watched: ScannableTable = {
      ...table,
      scan: (request: ScanRequest) => {
        starts.push(request.ExclusiveStartKey);
        return table.scan(request);
      },
    };
    const one = () => workOnSegment(retagger(['cat'], { table: watched }), work(), () => true);
    expect(await one()).toBe(false);
    const [first] = progress() as unknown as { after: unknown; findings: { images: number } }[];
    expect(first?.findings.images).toBeLessThan(IMAGES);
    let calls = 1;
    while (!(await one())) calls += 1;
    expect(calls).toBeGreaterThan(1);
    expect(starts.slice(0, 2)).toEqual([undefined, first?.after]);
    expect(progress()).toMatchObject([{ isDone: true, findings: { images: IMAGES, changed: IMAGES } }]);
  });

  it('writes no image and no entry where it only plans', async () => {
    const before = table.items();
    expect(await workOnSegment(retagger(['cat']), work({ mode: 'plan' }), never)).toBe(true);
    expect(table.items().filter(({ PK }) => !String(PK).startsWith('RETAG#'))).toEqual(before);
    expect((await runFindings('run-1', table)).findings).toMatchObject({ changed: IMAGES });
  });

  it('settles entries before it stops half-way', async () => {
    await retag(retagger(['cat']));
    await put(entry('0.jpg', 'dog', '2', 3));
    while (!(await workOnSegment(retagger(['cat']), work(), () => true)));
    expect(entries().filter(({ label }) => label === 'dog')).toEqual([]);
    expect((await runFindings('run-1', table)).findings.stale).toBe(1);
  });

  it('saves how far it is whenever more than twenty seconds have passed', async () => {
    const saves = async (secondsPerPage: number) => {
      let [count, pages] = [0, 0];
      const slow: ScannableTable = {
        ...table,
        async *scan(request) {
          for await (const page of table.scan(request)) {
            clock += secondsPerPage;
            pages += 1;
            yield page;
          }
        },
        write: (request) => {
          if (request.kind === 'put' && String(request.Item.PK).startsWith('RETAG#')) count += 1;
          return table.write(request);
        },
      };
      const run = `run-${secondsPerPage}`;
      await workOnSegment(retagger(['cat'], { table: slow }), work({ run, mode: 'plan' }), never);
      return { count, pages };
    };
    // After the last page all is saved anyhow.
    expect((await saves(1)).count).toBe(1);
    const everySecond = await saves(20);
    expect(everySecond.count).toBe(Math.floor((everySecond.pages - 1) / 2) + 1);
    const everyOne = await saves(21);
    expect(everyOne.count).toBe(everyOne.pages);
    expect(everyOne.pages).toBeGreaterThan(2);
  });

  it('rejects when the label sets have changed since the run began', async () => {
    await workOnSegment(retagger(['cat']), work(), () => true);
    const working = workOnSegment(retagger(['dog']), work(), never);
    await expect(working).rejects.toMatchObject({ code: 'label-sets-changed' });
  });

  it('rejects when another worker has saved the segment meanwhile', async () => {
    const beside: ScannableTable = {
      ...table,
      async *scan(request) {
        await workOnSegment(retagger(['cat']), work(), () => true);
        yield* table.scan(request);
      },
    };
    const working = workOnSegment(retagger(['cat'], { table: beside }), work(), never);
    await expect(working).rejects.toMatchObject({
      ...{ code: 'segment-taken', message: expect.stringContaining('segment 0 of run-1') },
    });
  });

  it('has a place of its own among the others, in their order', async () => {
    for (const segment of [11, 2, 0])
      await workOnSegment(retagger(['cat']), work({ mode: 'plan', segment: { segment, of: 12 } }), never);
    expect(progress().map(({ SK }) => SK)).toEqual(['SEGMENT#0000', 'SEGMENT#0002', 'SEGMENT#0011']);
    expect(await runFindings('run-1', table)).toMatchObject({ segmentsDone: 3 });
  });
});

describe('the findings of a run', () => {
  it('are nothing for a run that nobody knows', async () => {
    expect(await runFindings('none', table)).toEqual({
      findings: expect.objectContaining({ images: 0, labels: [], foreign: {} }),
      segmentsDone: 0,
    });
  });
});

describe('the same label sets', () => {
  const by = (modelDigest: string, labelSets: Record<string, string>) => ({ modelDigest, labelSets });

  it('are those with the same digests, in any order', () => {
    expect(() =>
      requireSameLabelSets(by('m', { a: '1', b: '2' }), by('m', { b: '2', a: '1' })),
    ).not.toThrow();
  });

  it.each([
    ['another model', by('n', { a: '1' })],
    ['another version', by('m', { a: '2' })],
    ['another name', by('m', { b: '1' })],
    ['one more', by('m', { a: '1', b: '1' })],
    ['one less', by('m', {})],
  ])('rejects %s, with what both are', (_, received) => {
    expect(() => requireSameLabelSets(by('m', { a: '1' }), received)).toThrow(/began with \(a 1, m\)/);
  });
});
