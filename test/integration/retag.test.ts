import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { embeddingToBytes, normalised } from '../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../functions/core/labels/label-set.ts';
import { findImages } from '../../functions/core/records/find-images.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { commitRecord } from '../../functions/core/records/record-commit.ts';
import { forEachPage } from '../../functions/core/records/table-scan.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import { planRetag, retag } from '../../functions/core/retag/retag.ts';
import type { Retagger } from '../../functions/core/retag/retagger.ts';
import { runFindings, workOnSegment } from '../../functions/core/retag/run.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { scanInPagesOf } from '../fixtures/small-pages.ts';

const IMAGES = 60;
const EMBEDDING = embeddingToBytes({ modelDigest: 'model-a', values: normalised([4, 3]) });

let folder: string;
let endpoint: DynamoDbEndpoint;
let table: ScannableTable;
let writeUnits = 0;

/** Labels are axes of the embedding: every image shows both. */
function retagger(version: number, labels: readonly string[], through = table): Retagger {
  const labelSet = parseLabelSet(
    { name: 'things', version, mode: 'independent', labels, minimumScore: 0.6 },
    'things',
  );
  return {
    table: through,
    modelDigest: 'model-a',
    now: () => new Date(0),
    classifiers: [
      {
        labelSet,
        labelSetDigest: labelSetDigest(labelSet, 'model-a'),
        modelDigest: 'model-a',
        logitScale: 4,
        labelRows: Float32Array.of(1, 0, 0, 1).slice(0, 2 * labels.length),
        contrastRows: Float32Array.of(0, 0),
      },
    ],
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-retag-'));
  endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client: { endpoint: url, credentials, region: 'us-east-1', maxAttempts: 1 },
    onWriteUnits: (units) => {
      writeUnits += units;
    },
  });
  for (let i = 0; i < IMAGES; i++) {
    const object = { bucket: i % 2 ? 'photos' : 'scans', key: `${i % 3}/${i}.jpg`, sequencer: '1' };
    const content = { status: 'tagged', tags: [], modelDigest: 'model-a', embedding: EMBEDDING } as const;
    const record = nextImageRecord(undefined, object, content, { eventTime: '', now: new Date(0) });
    await commitRecord(record, [], table);
  }
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

const imagesWith = async (label: string) => {
  const found: string[] = [];
  const query = { labels: [{ set: 'things', label }], match: 'all', not: [], minimumScore: 0 } as const;
  for await (const { key } of findImages(query, table)) found.push(key);
  return found;
};

describe('a scan', () => {
  it.each([
    ['everything', {}, IMAGES],
    ['a bucket', { bucket: 'photos' }, IMAGES / 2],
    ['a prefix', { prefix: '1/' }, IMAGES / 3],
    ['a prefix in a bucket', { bucket: 'photos', prefix: '1/' }, IMAGES / 6],
  ])('shows %s, each item once', async (_, scope, expected) => {
    const seen: unknown[] = [];
    await forEachPage(table, scope, async (items) => void seen.push(...items.map(({ PK }) => PK)));
    expect(seen).toHaveLength(expected);
    expect(new Set(seen).size).toBe(expected);
  });
});

describe('retag on the embedded DynamoDB', () => {
  it('goes on where a run was stopped, and then writes nothing more', async () => {
    let writes = 0;
    const failing: ScannableTable = {
      ...table,
      write: async (request) => {
        if (++writes > 50) throw new Error('stopped');
        return table.write(request);
      },
    };
    await expect(retag(retagger(1, ['cat']), { prefix: 'none/' })).resolves.toMatchObject({ images: 0 });
    await expect(retag(retagger(1, ['cat'], failing))).rejects.toThrow('stopped');
    const rest = await retag(retagger(1, ['cat']));
    expect(rest.images).toBe(IMAGES);
    expect(rest.right).toBeGreaterThan(0);
    expect(rest.right + rest.changed).toBe(IMAGES);
    expect(await imagesWith('cat')).toHaveLength(IMAGES);
    writeUnits = 0;
    expect(await retag(retagger(1, ['cat']))).toMatchObject({ right: IMAGES, changed: 0, noted: 0 });
    expect(writeUnits).toBe(0);
  });

  it('works on one segment page by page, and goes on where another worker has stopped', async () => {
    const work = { run: 'whole', mode: 'plan', scope: {}, segment: { segment: 1, of: 3 } } as const;
    expect(await workOnSegment(retagger(9, ['dog']), work, () => false)).toBe(true);
    const whole = await runFindings('whole', table);
    expect(whole.findings.images).toBeGreaterThan(2);
    const client = { endpoint: endpoint.url, credentials: endpoint.credentials, region: 'us-east-1' };
    const scan = scanInPagesOf(3, { tableName: LOCAL_TABLE_NAME, client });
    const small = retagger(9, ['dog'], { ...table, scan });
    let calls = 1;
    while (!(await workOnSegment(small, { ...work, run: 'parts' }, () => true))) calls += 1;
    expect(calls).toBeGreaterThan(3);
    const { segmentsDone, findings } = await runFindings('parts', table);
    expect(segmentsDone).toBe(1);
    expect({ ...findings, examples: [] }).toEqual({ ...whole.findings, examples: [] });
  });

  it('puts and removes only the entries of tags that change, and those of other images never', async () => {
    writeUnits = 0;
    const { changed } = await retag(retagger(2, ['cat', 'dog']), { bucket: 'photos' });
    expect(changed).toBe(IMAGES / 2);
    expect(await imagesWith('dog')).toHaveLength(IMAGES / 2);
    expect(await imagesWith('cat')).toHaveLength(IMAGES);
    // One for the record, which is small here, and one for the entry of "dog"; "cat" stays where it is.
    expect(writeUnits).toBe(IMAGES);
  });

  it('removes an entry that a crash has left, and only that', async () => {
    const object = { bucket: 'photos', key: '1/1.jpg', sequencer: '0', revision: 1 };
    await table.write(putLabelEntry(object, { set: 'gone', label: 'cat', score: 0.5 }));
    await table.write(
      putLabelEntry({ ...object, key: 'new.jpg' }, { set: 'gone', label: 'cat', score: 0.5 }),
    );
    const plan = (withSweep: boolean) => planRetag(retagger(2, ['cat', 'dog']), {}, { withSweep });
    expect(await plan(true)).toMatchObject({ stale: 1, awaited: 1 });
    // Segments are read side by side, and the images that are seen first are the examples.
    const { examples, ...swept } = await plan(true);
    const { examples: otherExamples, ...others } = await plan(false);
    expect(others).toEqual({ ...swept, stale: 0, awaited: 0 });
    expect(otherExamples).toHaveLength(examples.length);
    const scope = { bucket: 'photos' };
    expect(await retag(retagger(2, ['cat', 'dog']), scope)).toMatchObject({ stale: 1, awaited: 1 });
    expect(await retag(retagger(2, ['cat', 'dog']), scope)).toMatchObject({ stale: 0, awaited: 1 });
    expect(await imagesWith('cat')).toHaveLength(IMAGES);
  });
});
