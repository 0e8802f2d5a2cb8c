/**
 * Has dynalite (`db/index.js`, `actions/`, version 4.0.0) write an item and what its indexes have of it in one batch of
 * LevelDB's, which a crash or a power cut leaves whole or takes whole. By itself it writes the indexes one entry after the
 * other, and then the item.
 *
 * @param db dynalite's database module, whose functions its actions call by their names
 * @returns `takeIndexWrites` gives what goes with the item that an action writes next; `noteWrite` tells of a write that is none of
 *   its actions', and `writesSoFar` how many there were
 */
export function writeAtomically(db) {
  const { create, getIndexActions } = db;
  /** What goes with the item that is written next: dynalite's actions write it as soon as they are called back. */
  let indexWrites = [];
  let writesSoFar = 0;
  const takeIndexWrites = () => {
    const taken = indexWrites;
    indexWrites = [];
    return taken;
  };

  db.updateIndexes = (_store, table, existing, item, callback) => {
    if (existing || item) indexWrites = indexChanges(table, existing, item, getIndexActions);
    callback();
  };

  db.create = (options) => {
    const store = create(options);
    const { getItemDb } = store;
    const withIndexes = (change, callback) => {
      store.db.batch([...takeIndexWrites(), change], (...outcome) => {
        writesSoFar++;
        callback(...outcome);
      });
    };
    store.getItemDb = (name) => {
      const fullKey = (key) => `item-${name}~${key}`;
      return Object.assign(getItemDb(name), {
        put: (key, value, callback) => withIndexes({ type: 'put', key: fullKey(key), value }, callback),
        del: (key, callback) => withIndexes({ type: 'del', key: fullKey(key) }, callback),
      });
    };
    return store;
  };
  return { takeIndexWrites, noteWrite: () => writesSoFar++, writesSoFar: () => writesSoFar };
}

function indexChanges(table, existing, item, getIndexActions) {
  return ['Local', 'Global'].flatMap((kind) => {
    const { puts, deletes } = getIndexActions(table[`${kind}SecondaryIndexes`] ?? [], existing, item, table);
    const fullKey = ({ index, key }) => `index-${kind.toLowerCase()}~${table.TableName}~${index}~${key}`;
    return [
      ...deletes.map((action) => ({ type: 'del', key: fullKey(action) })),
      ...puts.map((action) => ({ type: 'put', key: fullKey(action), value: action.item })),
    ];
  });
}
