// What every program that decodes one image in a process of its own has in common; decoding-process.ts starts it and says
// why. Plain JavaScript, so that any Node runs it. The image comes on stdin, its decoded form goes to stdout, and the
// rest are messages: { header } when the image is read, then an order is awaited; or { problem, reason }.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const WATCH_MILLISECONDS = 20;
const MAXIMUM_REASON = 500;
const STDOUT = 1;
/** The reader empties a pipe of 64 KiB in less. */
const PAUSE_MILLISECONDS = 1;
const pause = new Int32Array(new SharedArrayBuffer(4));

// Native code runs on another thread and cannot be interrupted, and a plain exit would wait for that thread.
const die = () => process.kill(process.pid, 'SIGKILL');
const giveUp = (problem) => process.send({ problem }, die);

const problemOf = (error) => ({
  problem: error.problem ?? 'unreadable',
  reason: String(error.message ?? error).slice(0, MAXIMUM_REASON),
});

/**
 * Decodes the image of stdin within the limits that the command line has, and ends the process.
 *
 * @param open takes the image's bytes and returns its `header` and `pixels`, a function that takes the order and returns
 *   bytes
 */
export async function answer(open) {
  watch();
  try {
    const { header, pixels } = await open(await buffer(process.stdin));
    const ordered = once(process, 'message');
    process.send({ header });
    const [order] = await ordered;
    process.stdout.write(await pixels(order), () => process.exit());
  } catch (error) {
    process.send(problemOf(error), () => process.exit());
  }
}

/**
 * The same for a decoder that blocks its thread, as WebAssembly does: it runs on a second one, beside the watch.
 *
 * @param program the URL of the module that calls this
 * @param load loads the decoder: when that fails, it is no fault of the image
 * @param open takes the decoder and the image's bytes, and returns its `header` and `pieces`, the bytes to send
 */
export async function answerOnThread(program, load, open) {
  if (!isMainThread) return decodeOnThread(load, open);
  watch();
  const thread = new Worker(new URL(program), { argv: process.argv.slice(2) });
  process.on('message', (order) => thread.postMessage(order));
  thread.on('message', (message) => process.send(message));
  thread.on('error', (error) => process.send(problemOf(error), () => process.exit()));
  thread.on('exit', (code) => {
    if (code === 0) process.exit();
  });
  const { buffer: memory, byteOffset, byteLength } = await buffer(process.stdin);
  thread.postMessage(new Uint8Array(memory, byteOffset, byteLength));
}

async function decodeOnThread(load, open) {
  const decoder = loaded(load);
  const [bytes] = await once(parentPort, 'message');
  const { header, pieces } = open(decoder, bytes);
  const ordered = once(parentPort, 'message');
  parentPort.postMessage({ header });
  await ordered;
  for (const piece of pieces()) {
    for (let at = 0; at < piece.length; ) at += writtenNow(piece, at);
  }
  parentPort.close();
}

function loaded(load) {
  try {
    return load();
  } catch (error) {
    throw Object.assign(error, { problem: 'no-decoder' });
  }
}

/** Writes past the stream of the main thread, which would queue a whole picture. */
function writtenNow(piece, at) {
  try {
    return writeSync(STDOUT, piece, at);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    Atomics.wait(pause, 0, 0, PAUSE_MILLISECONDS);
    return 0;
  }
}

function watch() {
  const [cpuSeconds, memoryBytes] = process.argv.slice(2).map(Number);
  // The parent process has ended.
  process.on('disconnect', die);
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1e6 > cpuSeconds) giveUp('too-slow');
    if (process.memoryUsage.rss() > memoryBytes) giveUp('too-much-memory');
  }, WATCH_MILLISECONDS);
}
