import { createHash } from 'node:crypto';
import database from 'dynalite/db/index.js';
import { createIdempotency } from './idempotency.mjs';
import { READS, readTransactItems, WRITES } from './transact-items.mjs';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAXIMUM_BYTES = 4 * 1_024 * 1_024;
/** A transaction takes each item in two steps: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html */
const CAPACITY_FACTOR = 2;
const DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';

/**
 * DynamoDB's transactions, which dynalite has not: its own actions do the work for each item, on a store that collects what they
 * write, and all of it goes to LevelDB in one batch. Meanwhile the items are locked, so that transactions that meet come one
 * after the other, where DynamoDB cancels one of them.
 *
 * @param store what dynalite's `create` has made
 * @param written what `writeAtomically` gives
 * @returns functions that take a request and resolve to its answer; their errors have `statusCode` and `body`, as dynalite's have
 */
export function createTransactions(store, written) {
  const once = createIdempotency();
  return {
    async TransactWriteItems(request) {
      const { ClientRequestToken: token, ...asked } = request;
      if (token == null) return writeAll(store, written, request);
      if (typeof token !== 'string' || !/^.{1,36}$/s.test(token)) {
        throw database.validationError('Expected ClientRequestToken of 1 to 36 characters');
      }
      const digest = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
      return once(token, digest, () => writeAll(store, written, request));
    },

    async TransactGetItems(request) {
      const items = await readTransactItems(store, request, READS);
      const outcomes = await withLocks(store, items, () => perform(store, items));
      const found = outcomes.map(({ answer }) => answer.Item && { Item: answer.Item });
      assertSize(found.flatMap((response) => response?.Item ?? []));
      return { Responses: found.map((response) => response ?? {}), ...consumed(outcomes, 'Read') };
    },
  };
}

async function writeAll(store, written, request) {
  const items = await readTransactItems(store, request, WRITES);
  return withLocks(store, items, async () => {
    const writes = [];
    const outcomes = await perform(collecting(store, written, writes), items);
    assertSize(writes.flatMap(({ item }) => item ?? []));
    if (writes.length > 0) await store.db.batch(writes.map(({ item, ...write }) => write));
    written.noteWrite();
    return consumed(outcomes, 'Write');
  });
}

/** dynalite's store for actions that must not write yet: what they would write is added to a list. */
function collecting(store, written, writes) {
  const collect = (write, callback) => {
    writes.push(...written.takeIndexWrites(), write);
    callback(null);
  };
  return {
    ...store,
    getItemDb: (name) => ({
      get: store.getItemDb(name).get,
      lock: (_key, task) => task((callback) => callback), // held already
      put: (key, item, callback) =>
        collect({ type: 'put', key: `item-${name}~${key}`, value: item, item }, callback),
      del: (key, callback) => collect({ type: 'del', key: `item-${name}~${key}` }, callback),
    }),
  };
}

/** @throws TransactionCanceledException with a reason for each item */
async function perform(store, items) {
  const outcomes = [];
  for (const item of items) outcomes.push(await performOne(store, item));
  if (outcomes.some(({ reason }) => reason))
    throw cancelled(outcomes.map(({ reason }) => reason ?? { Code: 'None' }));
  return outcomes;
}

async function performOne(store, { data, action, key, fault, wantsOld }) {
  if (fault) return { reason: { Code: 'ValidationError', Message: fault.body.message } };
  try {
    const answer = await new Promise((resolve, reject) =>
      action(store, data, (error, done) => (error ? reject(error) : resolve(done))),
    );
    return { answer };
  } catch (error) {
    const { __type = '', message } = error.body ?? {};
    if (__type.endsWith('#ValidationException'))
      return { reason: { Code: 'ValidationError', Message: message } };
    if (!__type.endsWith('#ConditionalCheckFailedException')) throw error;
    const old = wantsOld && (await store.db.get(`item-${data.TableName}~${key}`).catch(() => undefined));
    return { reason: { Code: 'ConditionalCheckFailed', Message: message, ...(old && { Item: old }) } };
  }
}

function cancelled(reasons) {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const Message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  const __type = `${DYNAMODB}TransactionCanceledException`;
  return Object.assign(new Error(Message), {
    statusCode: 400,
    body: { __type, Message, CancellationReasons: reasons },
  });
}

/** Table by table in the order of their names, and all of a table's at once, so that no two wait for each other. */
function withLocks(store, items, task) {
  const keys = new Map();
  for (const { data, key } of items) {
    if (key !== undefined) keys.set(data.TableName, [...(keys.get(data.TableName) ?? []), key]);
  }
  const lockFrom = ([first, ...rest]) => {
    if (first === undefined) return task();
    return new Promise((resolve, reject) => {
      store.getItemDb(first).lock(keys.get(first), (release) => {
        lockFrom(rest).then(release(resolve), release(reject));
      });
    });
  };
  return lockFrom([...keys.keys()].sort());
}

function assertSize(items) {
  const bytes = items.reduce((sum, item) => sum + database.itemSize(item), 0);
  if (bytes > MAXIMUM_BYTES) {
    throw database.validationError(
      `Expected items of ${MAXIMUM_BYTES} bytes together at most but received ${bytes}`,
    );
  }
}

/** By table, if the request wants to know. */
function consumed(outcomes, kind) {
  const units = new Map();
  for (const { ConsumedCapacity: one } of outcomes.map(({ answer }) => answer)) {
    if (one) units.set(one.TableName, (units.get(one.TableName) ?? 0) + CAPACITY_FACTOR * one.CapacityUnits);
  }
  if (units.size === 0) return {};
  const ConsumedCapacity = [...units].map(([TableName, CapacityUnits]) => ({
    ...{ TableName, CapacityUnits, [`${kind}CapacityUnits`]: CapacityUnits },
  }));
  return { ConsumedCapacity };
}
