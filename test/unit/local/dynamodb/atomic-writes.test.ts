import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { writeAtomically } from '../../../../functions/local/dynamodb/atomic-writes.mjs';

const { getIndexActions } = createRequire(import.meta.url)('dynalite/db/index.js') as {
  getIndexActions: unknown;
};

type Callback = () => void;
interface ItemStore {
  put(key: string, item: object, callback: Callback): void;
  del(key: string, callback: Callback): void;
}

/** dynalite's database as its actions use it, of which the batches that it writes are kept. */
function database() {
  const batches: object[][] = [];
  const batch = (writes: object[], callback: Callback) => {
    batches.push(writes);
    callback();
  };
  const db = {
    getIndexActions,
    create: () => ({ db: { batch }, getItemDb: () => ({ lock: 'its own' }) }),
    updateIndexes: (
      ..._: [store: unknown, table: object, before: unknown, after: unknown, callback: Callback]
    ) => {},
  };
  writeAtomically(db);
  return { db, batches, items: db.create().getItemDb as unknown as (name: string) => ItemStore };
}

const index = (IndexName: string, ...names: string[]) => ({
  IndexName,
  KeySchema: names.map((AttributeName) => ({ AttributeName })),
  Projection: { ProjectionType: 'KEYS_ONLY' },
});
const TABLE = {
  TableName: 'things',
  KeySchema: [{ AttributeName: 'id' }],
  AttributeDefinitions: ['id', 'status'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  GlobalSecondaryIndexes: [index('by-status', 'status')],
  LocalSecondaryIndexes: [index('local', 'id', 'status')],
};
const item = (status?: string) => ({ id: { S: 'a' }, ...(status && { status: { S: status } }) });
/** Of each write: what it does, and to which item or index. */
const shapes = (batches: object[][]) =>
  batches.map((batch) =>
    batch.map((write) =>
      Object.values(write)
        .slice(0, 2)
        .join(' ')
        .replace(/~[^~]*$/, ''),
    ),
  );

const IN_INDEXES = ['index-local~things~local', 'index-global~things~by-status'];
const both = (kind: string) => IN_INDEXES.map((name) => `${kind} ${name}`);

it.each([
  ['a new item', undefined, item('one'), [...both('put'), 'put item-things']],
  [
    'a changed item',
    item('one'),
    item('two'),
    ['del', 'put'].flatMap(both).toSorted(byIndex).concat('put item-things'),
  ],
  ['an item that leaves its indexes', item('one'), item(), [...both('del'), 'put item-things']],
  ['an item of no index', item(), item(), ['put item-things']],
  ['an item that goes', item('one'), undefined, [...both('del'), 'del item-things']],
])('writes %s and what its indexes have of it at once', (_, before, after, expected) => {
  const { db, batches, items } = database();
  let isDone = false;
  db.updateIndexes({}, TABLE, before, after, () => {
    const done = () => {
      isDone = true;
    };
    if (after) items('things').put('key', after, done);
    else items('things').del('key', done);
  });
  expect(shapes(batches)).toEqual([expected]);
  expect(isDone).toBe(true);
  expect(batches[0]?.at(-1)).toEqual(
    after ? { type: 'put', key: 'item-things~key', value: after } : { type: 'del', key: 'item-things~key' },
  );
});

it('writes nothing of one item with the next, and leaves the rest of an item store as it is', () => {
  const { db, batches, items } = database();
  db.updateIndexes({}, TABLE, undefined, item('one'), () => items('things').put('a', item('one'), () => {}));
  db.updateIndexes({}, TABLE, undefined, undefined, () => items('things').del('b', () => {}));
  expect(shapes(batches).at(-1)).toEqual(['del item-things']);
  expect(items('things')).toMatchObject({ lock: 'its own' });
});

it('has an index that an item stays in keep what it shows of it', () => {
  const { db, batches, items } = database();
  db.updateIndexes({}, TABLE, item('one'), item('one'), () =>
    items('things').put('a', item('one'), () => {}),
  );
  expect(batches[0]?.[1]).toMatchObject({ type: 'put', value: item('one') });
});

/** dynalite's indexes of one kind come together. */
function byIndex(one: string, other: string): number {
  return (
    IN_INDEXES.findIndex((name) => one.endsWith(name)) - IN_INDEXES.findIndex((name) => other.endsWith(name))
  );
}
