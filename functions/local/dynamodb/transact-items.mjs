import deleteItem from 'dynalite/actions/deleteItem.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import updateItem from 'dynalite/actions/updateItem.js';
import database from 'dynalite/db/index.js';
import deleteChecks from 'dynalite/validations/deleteItem.js';
import getChecks from 'dynalite/validations/getItem.js';
import validations from 'dynalite/validations/index.js';
import putChecks from 'dynalite/validations/putItem.js';
import updateChecks from 'dynalite/validations/updateItem.js';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAXIMUM_ITEMS = 100;

const CONDITION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];

/** What an entry of each kind may say, besides its table, and what dynalite has for it. */
export const WRITES = {
  Put: { fields: ['Item', ...CONDITION], checks: putChecks, action: putItem },
  Update: { fields: ['Key', 'UpdateExpression', ...CONDITION], checks: updateChecks, action: updateItem },
  Delete: { fields: ['Key', ...CONDITION], checks: deleteChecks, action: deleteItem },
  ConditionCheck: { fields: ['Key', ...CONDITION], checks: deleteChecks, action: checkItem },
};
export const READS = {
  Get: {
    fields: ['Key', 'ProjectionExpression', 'ExpressionAttributeNames'],
    checks: getChecks,
    action: getItem,
  },
};
const REQUIRED = { Update: 'UpdateExpression', ConditionCheck: 'ConditionExpression' };

/**
 * The entries of a transaction, checked as far as they can be without the items: each with its table, its key and what
 * dynalite does for it. Errors are dynalite's: `statusCode` and `body`.
 */
export async function readTransactItems(store, request, kinds) {
  const entries = request.TransactItems;
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAXIMUM_ITEMS) {
    const received = Array.isArray(entries) ? `${entries.length} entries` : 'none';
    throw database.validationError(
      `Expected TransactItems of 1 to ${MAXIMUM_ITEMS} entries but received ${received}`,
    );
  }
  const parts = entries.map((entry, index) => readEntry(store, entry, index, kinds, request));
  const items = await Promise.all(parts.map((part) => withKey(store, part)));
  const places = items
    .filter(({ key }) => key !== undefined)
    .map(({ data, key }) => `${data.TableName}~${key}`);
  if (new Set(places).size < places.length) {
    throw database.validationError('Transaction request cannot include multiple operations on one item');
  }
  return items;
}

function readEntry(store, entry, index, kinds, { ReturnConsumedCapacity }) {
  const named = Object.keys(Object(entry)).filter((kind) => entry[kind] != null);
  const [kind] = named;
  if (named.length !== 1 || !Object.hasOwn(kinds, kind)) {
    const wanted = Object.keys(kinds).join(', ');
    throw database.validationError(
      `Expected exactly one of ${wanted} in entry ${index + 1} of TransactItems but received ${named.join(', ') || 'none'}`,
    );
  }
  const { fields, checks, action } = kinds[kind];
  const given = Object(entry[kind]);
  const allowed = ['TableName', ...fields].map((name) => [name, given[name]]);
  const data = validations.checkTypes(
    { ...Object.fromEntries(allowed), ReturnConsumedCapacity },
    checks.types,
  );
  const missing = REQUIRED[kind];
  if (missing !== undefined && data[missing] === undefined) {
    throw database.validationError(
      `Expected ${missing} in entry ${index + 1} of TransactItems, for it is a ${kind}`,
    );
  }
  validations.checkValidations(data, checks.types, checks.custom, store);
  return { data, action, wantsOld: given.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' };
}

/** An item whose key is not its table's has a `fault` in its place. */
async function withKey(store, part) {
  const { data } = part;
  const table = await new Promise((resolve, reject) =>
    store.getTable(data.TableName, (error, found) => (error ? reject(error) : resolve(found))),
  );
  const fault = data.Item ? database.validateItem(data.Item, table) : database.validateKey(data.Key, table);
  return fault ? { ...part, fault } : { ...part, key: database.createKey(data.Item ?? data.Key, table) };
}

/** A condition alone, as dynalite has it for what it writes. */
function checkItem(store, data, callback) {
  store.getTable(data.TableName, (tableError, table) => {
    if (tableError) return callback(tableError);
    const key = database.createKey(data.Key, table);
    store.getItemDb(data.TableName).get(key, (error, item) => {
      if (error && error.name !== 'NotFoundError') return callback(error);
      const fault = database.checkConditional(data, item);
      if (fault) return callback(fault);
      callback(null, { ConsumedCapacity: database.addConsumedCapacity(data, false, item) });
    });
  });
}
