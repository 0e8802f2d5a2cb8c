/** How much one page holds, about: so much can be read in a moment in which other requests wait. */
const PAGE_CHARACTERS = 500_000;
const PAGE_ENTRIES = 4_000;

/** As dynalite writes the sort key of an image record. */
const MARK = '"SK":{"S":"IMAGE"}';

/**
 * Image records as they lie in dynalite's store (`db/index.js`, version 4.0.0, keeps items under `item-TABLE~`), page by page:
 * DynamoDB's own scan would read every label entry as well, by way of six layers.
 *
 * @param store what dynalite's `create` has made
 * @param after key after which the page begins; empty for the first one
 * @returns JSON: `items`, and `last`, the key that the next page begins after
 */
export async function imagePage(store, tableName, after) {
  const prefix = `item-${tableName}~`;
  const range = { [after === '' ? 'gte' : 'gt']: after === '' ? prefix : after, lt: `${prefix}\uffff` };
  const iterator = store.db.iterator({ ...range, valueEncoding: 'utf8' });
  const items = [];
  let characters = 0;
  let entries = 0;
  let last;
  try {
    while (characters < PAGE_CHARACTERS && entries < PAGE_ENTRIES) {
      const read = await iterator.nextv(500);
      for (const [, value] of read) {
        if (!value.includes(MARK)) continue;
        items.push(value);
        characters += value.length;
      }
      entries += read.length;
      last = read.at(-1)?.[0];
      if (last === undefined) break;
    }
  } finally {
    await iterator.close();
  }
  return `{"items":[${items.join(',')}]${last === undefined ? '' : `,"last":${JSON.stringify(last)}`}}`;
}

/** The key of dynalite's table whose partition and sort key are strings. */
const KEYS = {
  KeySchema: [{ AttributeName: 'PK' }, { AttributeName: 'SK' }],
  AttributeDefinitions: ['PK', 'SK'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
};

/** The key stands before it, as records are written. */
function withoutEmbedding(json) {
  return json.replace(/,"embedding":\{"B":"[^"]*"\}/, '');
}

/**
 * The image records of some partitions, in their order and as they stand; those that are not there are left out.
 *
 * @param createKey dynalite's
 * @param isWithout whether their embeddings, which are most of them, are left out
 * @returns JSON: `items`
 */
export async function namedImages(store, tableName, { partitions, isWithout }, createKey) {
  const keys = partitions.map(
    (PK) => `item-${tableName}~${createKey({ PK: { S: PK }, SK: { S: 'IMAGE' } }, KEYS)}`,
  );
  const values = await store.db.getMany(keys, { valueEncoding: 'utf8' });
  const items = values.filter((value) => value !== undefined);
  return `{"items":[${(isWithout ? items.map(withoutEmbedding) : items).join(',')}]}`;
}
