// dynalite on a thread of its own, which can die and be started anew; engine.ts starts it and says why. Plain
// JavaScript, so that any Node runs it. Requests come as messages, and each is answered by one message.
import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import conditionParser from 'dynalite/db/conditionParser.js';
import database from 'dynalite/db/index.js';
import { writeAtomically } from './atomic-writes.mjs';
import { linearParser } from './condition-parser.mjs';
import { requestFault } from './request-limits.mjs';
import { imagePage, namedImages } from './stored-images.mjs';

conditionParser.parse = linearParser(conditionParser.parse);
writeAtomically(database);
let store;
const { create } = database;
database.create = (options) => {
  store = create(options);
  return store;
};

const [handle] = dynalite({ path: workerData.folder, createTableMs: 0 }).listeners('request');

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
  if (fault) return answer(400, { 'Content-Type': 'application/x-amz-json-1.0' }, JSON.stringify(fault));
  try {
    dispatch({ method, url, headers }, bytes, answer);
  } catch (error) {
    // dynalite has thrown while it read the request, before it began anything: some part is of another type.
    const __type = 'com.amazon.coral.service#SerializationException';
    answer(400, {}, JSON.stringify({ __type, message: `The request cannot be handled: ${error.message}` }));
  }
});

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
