import database from 'dynalite/db/index.js';

/** As long as a description waits for a count; a table that takes longer has that of before meanwhile. */
const WAIT_MILLISECONDS = 300;
const PAGE_ENTRIES = 500;

/**
 * Counts items and bytes of tables and indexes, which dynalite leaves at nothing. They are counted anew when something was written
 * since; DynamoDB itself does that every six hours, so that nobody relies on them to the last item
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html).
 *
 * @param store what dynalite's `create` has made
 * @param writesSoFar tells how much has been written
 */
export function createTableSizes(store, writesSoFar) {
  /** By table and prefix of LevelDB's keys: the last count, and the one that goes on. */
  const counts = new Map();

  async function sizeOf(prefix, tableId) {
    const place = `${tableId} ${prefix}`;
    const known = counts.get(place) ?? { items: 0, bytes: 0, writes: undefined, running: undefined };
    counts.set(place, known);
    if (known.writes === writesSoFar()) return known;
    known.running ??= count(store, prefix, writesSoFar())
      .then((counted) => Object.assign(known, counted))
      .catch(() => undefined) // the store is being closed
      .finally(() => {
        known.running = undefined;
      });
    await Promise.race([known.running, pause(WAIT_MILLISECONDS)]);
    return known;
  }

  /** @param table a description as dynalite gives it */
  return async (table) => {
    const ofTable = await sizeOf(`item-${table.TableName}~`, table.TableId);
    const indexes = await Promise.all(
      ['Local', 'Global'].map(async (kind) => {
        const described = table[`${kind}SecondaryIndexes`];
        return (
          described && [`${kind}SecondaryIndexes`, await Promise.all(described.map(withSize(kind, table)))]
        );
      }),
    );
    return {
      ...table,
      ...{ ItemCount: ofTable.items, TableSizeBytes: ofTable.bytes },
      ...Object.fromEntries(indexes.filter(Boolean)),
    };
  };

  function withSize(kind, { TableName, TableId }) {
    return async (index) => {
      const prefix = `index-${kind.toLowerCase()}~${TableName}~${index.IndexName}~`;
      const { items, bytes } = await sizeOf(prefix, TableId);
      return { ...index, ItemCount: items, IndexSizeBytes: bytes };
    };
  }
}

async function count(store, prefix, writes) {
  const iterator = store.db.iterator({ gte: prefix, lt: `${prefix}\uffff`, valueEncoding: 'json' });
  let [items, bytes] = [0, 0];
  try {
    for (;;) {
      const page = await iterator.nextv(PAGE_ENTRIES);
      if (page.length === 0) return { items, bytes, writes };
      items += page.length;
      for (const [, item] of page) bytes += database.itemSize(item);
      await new Promise((resolve) => setImmediate(resolve)); // other requests' turn
    }
  } finally {
    await iterator.close();
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
