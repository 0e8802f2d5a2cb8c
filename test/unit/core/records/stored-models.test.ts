import { expect, it } from 'vitest';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import {
  mostFrequentModel,
  scanEmbeddings,
  storedModels,
} from '../../../../functions/core/records/stored-models.ts';
import type { ScannableTable } from '../../../../functions/core/records/tag-table.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const OBJECT = { bucket: 'photos', sequencer: '01', eventTime: '', recordedAt: '', revision: 1 };

async function tableWith(digests: readonly (string | undefined)[]): Promise<ScannableTable> {
  const table = inMemoryTable();
  for (const [i, modelDigest] of digests.entries()) {
    const key = `${i}.jpg`;
    const status = modelDigest === undefined ? 'failed' : 'tagged';
    await table.write(
      putImageRecord({
        ...OBJECT,
        key,
        status,
        tags: [],
        supersededTags: [],
        ...(modelDigest && { modelDigest }),
      }),
    );
  }
  return table;
}

it('counts the embeddings of each model, those of a few among many too', async () => {
  const digests = [...Array.from({ length: 12 }, () => 'new'), 'old', undefined, 'old'];
  expect(await storedModels(await tableWith(digests))).toEqual(
    new Map([
      ['new', 12],
      ['old', 2],
    ]),
  );
});

it('says nothing of a table without embeddings', async () => {
  expect(await storedModels(await tableWith([undefined]))).toEqual(new Map());
});

it('reads one page in each of sixteen places, and no more of a large table', async () => {
  let pages = 0;
  const endless: Pick<ScannableTable, 'scan'> = {
    async *scan() {
      for (;;) {
        pages++;
        yield { items: [{ modelDigest: 'old' }] };
      }
    },
  };
  expect(await storedModels(endless as ScannableTable)).toEqual(new Map([['old', 16]]));
  expect(pages).toBe(16);
  expect(scanEmbeddings(15)).toEqual({
    Segment: 15,
    TotalSegments: 16,
    FilterExpression: 'attribute_exists(modelDigest)',
  });
});

it('tells the model of most of them', () => {
  expect(
    mostFrequentModel(
      new Map([
        ['old', 2],
        ['new', 12],
        ['other', 3],
      ]),
    ),
  ).toBe('new');
  expect(mostFrequentModel(new Map())).toBeUndefined();
});
