import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { normalised } from '../../../../../functions/core/labels/embedding.ts';
import { freeTextPrompts } from '../../../../../functions/core/search/relevance/free-text-prompts.ts';
import { textRelevance } from '../../../../../functions/core/search/relevance/search-relevance.ts';
import { openModel } from '../../../../../functions/tagger/model-parts.ts';

describe('freeTextPrompts', () => {
  it('takes words bare and as a photo', () => {
    expect(freeTextPrompts('sunset over water')).toEqual([
      'sunset over water',
      'a photo of sunset over water',
    ]);
  });

  it('leaves a text alone that says what picture it is', () => {
    for (const text of ['a drawing of a cat', 'Screenshots', 'an old photograph']) {
      expect(freeTextPrompts(text)).toEqual([text]);
    }
    expect(freeTextPrompts('photocopier')).toHaveLength(2);
  });
});

describe('textRelevance', async () => {
  const model = await openModel();
  const { decoder, encoder } = await model.imageReader();
  afterAll(() => model.close());
  const names = ['astronaut.png', 'chelsea.png', 'china.jpg', 'coffee.png', 'flower.jpg', 'rocket.jpg'];
  const samples = await Promise.all(names.map((name) => readFile(`functions/local/samples/${name}`)));
  const embeddings = await Promise.all(
    samples.map((bytes) => encoder.encode(decoder.decode(bytes, encoder.pixelSpec))),
  );
  const collectionOf = (rows: readonly number[]) => ({
    rowCount: rows.length,
    cosines: (vector: Float32Array) =>
      Float32Array.from(rows, (row) =>
        vector.reduce((sum, value, i) => sum + value * (embeddings[row]?.values[i] ?? 0), 0),
      ),
  });
  const everyRow = [...names.keys()];

  async function found(text: string, rows: readonly number[] = everyRow): Promise<string[]> {
    const collection = collectionOf(rows);
    const { of } = await textRelevance(collection, model.textEncoder).model();
    const prompts = await model.textEncoder.encode(freeTextPrompts(text));
    const sum = prompts.reduce(
      (a, { values }) => a.map((value, i) => value + (values[i] ?? 0)),
      new Float32Array(256),
    );
    const cosines = collection.cosines(normalised(sum));
    const { scoreOf, minimumScore } = of(cosines);
    return rows.filter((_, i) => scoreOf(cosines[i] ?? 0) >= minimumScore).map((row) => names[row] ?? '');
  }

  it.each([
    ['cat', ['chelsea.png']],
    ['a cup of coffee', ['coffee.png']],
    ['flower', ['flower.jpg']],
    ['temple', ['china.jpg']],
    ['zebra', []],
    ['volleyball', []],
    ['receipt', []],
  ])('finds what fits "%s" among the samples, and nothing else', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  it('decides on a collection of one image', async () => {
    const cat = names.indexOf('chelsea.png');
    expect(await found('cat', [cat])).toEqual(['chelsea.png']);
    expect(await found('dog', [cat])).toEqual([]);
    expect(await found('airplane', [cat])).toEqual([]);
  });

  it('finds all of a collection that fits, and none of one that does not', async () => {
    const cats = Array(40).fill(names.indexOf('chelsea.png'));
    expect(await found('cat', cats)).toHaveLength(40);
    expect(await found('space shuttle', cats)).toEqual([]);
  });

  it('measures the background once, and anew when the collection has grown much', async () => {
    let [scans, rowCount] = [0, 4];
    const collection = {
      get rowCount() {
        return rowCount;
      },
      cosines: () => {
        scans++;
        return new Float32Array(rowCount);
      },
    };
    const { model: modelOf } = textRelevance(collection, model.textEncoder);
    await modelOf();
    const once = scans;
    rowCount = 8;
    await modelOf();
    expect(scans).toBe(once);
    rowCount = 9;
    await modelOf();
    expect(scans).toBe(2 * once);
  });
});
