// dynalite on a thread of its own, which can die and be started anew; engine.ts starts it and says why. Plain
// JavaScript, so that any Node runs it. Requests come as messages, and each is answered by one message.
import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import conditionParser from 'dynalite/db/conditionParser.js';
import database from 'dynalite/db/index.js';
import { writeAtomically } from './atomic-writes.mjs';
import { linearParser } from './condition-parser.mjs';
import { withMessage } from './error-messages.mjs';
import { requestFault } from './request-limits.mjs';
import { imagePage, namedImages } from './stored-images.mjs';
import { createTableSizes } from './table-sizes.mjs';
import { createTransactions } from './transactions.mjs';

conditionParser.parse = linearParser(conditionParser.parse);
const written = writeAtomically(database);
let store;
const { create } = database;
database.create = (options) => {
  store = create(options);
  return store;
};

const [handle] = dynalite({ path: workerData.folder, createTableMs: 0 }).listeners('request');
const transactions = createTransactions(store, written);
const withSizes = createTableSizes(store, written.writesSoFar);
const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.0' };

parentPort.on('message', ({ id, method, url, headers, body }) => {
  const answer = (status, answerHeaders, text) =>
    parentPort.postMessage({ id, status, headers: answerHeaders, body: text });
  if (method === 'IMAGES') {
    const { tableName, after, named } = headers;
    const reading =
      named === undefined
        ? imagePage(store, tableName, after)
        : namedImages(store, tableName, JSON.parse(named), database.createKey);
    reading.then(
      (page) => answer(200, {}, page),
      (error) => answer(500, {}, String(error)),
    );
    return;
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const fault = method === 'POST' ? requestFault(bytes) : undefined;
  if (fault) return answer(400, JSON_TYPE, JSON.stringify(fault));
  const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
  if (method === 'POST' && Object.hasOwn(transactions, operation)) {
    transact(transactions[operation], bytes, answer);
    return;
  }
  try {
    dispatch({ method, url, headers }, bytes, completed(operation, answer));
  } catch (error) {
    // dynalite has thrown while it read the request, before it began anything: some part is of another type.
    const __type = 'com.amazon.coral.service#SerializationException';
    answer(400, {}, JSON.stringify({ __type, message: `The request cannot be handled: ${error.message}` }));
  }
});

/** Answers a transaction, whose errors are dynalite's; any other ends the thread, as dynalite's own do. */
function transact(transaction, bytes, answer) {
  let request;
  try {
    request = JSON.parse(bytes.toString());
  } catch {
    return answer(
      400,
      JSON_TYPE,
      withMessage('{"__type":"com.amazon.coral.service#SerializationException"}'),
    );
  }
  transaction(request).then(
    (done) => answer(200, JSON_TYPE, JSON.stringify(done)),
    (error) => {
      if (error.statusCode) return answer(error.statusCode, JSON_TYPE, JSON.stringify(error.body));
      setImmediate(() => {
        throw error;
      });
    },
  );
}

/** Adds what dynalite leaves out: words to some errors, and the sizes of tables. */
function completed(operation, answer) {
  return (status, headers, text) => {
    if (status === 400 && text.startsWith('{')) return answer(status, JSON_TYPE, withMessage(text));
    if (status !== 200 || operation !== 'DescribeTable') return answer(status, headers, text);
    withSizes(JSON.parse(text).Table).then((Table) => answer(200, JSON_TYPE, JSON.stringify({ Table })));
  };
}

/** Hands a request to dynalite with the parts of Node's requests and answers that it uses. */
function dispatch(parts, bytes, answer) {
  const request = Object.assign(new EventEmitter(), parts);
  const headers = {};
  const response = {
    statusCode: 200,
    setHeader: (name, value) => {
      headers[name] = String(value);
    },
    end: (text = '') => answer(response.statusCode, headers, text),
  };
  handle(request, response);
  // At once, and not as a stream would, so that what dynalite throws comes out here.
  if (bytes.length > 0) request.emit('data', bytes);
  request.emit('end');
}
