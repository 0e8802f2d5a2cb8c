// What every program that decodes one image in a process of its own has in common; decoding-process.ts starts it and says
// why. Plain JavaScript, so that any Node runs it. The image comes on stdin, pixels go to stdout, and the rest
// are messages: { header } when the image is read, then the order for pixels is awaited; or { problem, reason }.
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

const WATCH_MILLISECONDS = 20;
const MAXIMUM_REASON = 500;

// Native code runs on another thread and cannot be interrupted, and a plain exit would wait for that thread.
const die = () => process.kill(process.pid, 'SIGKILL');
const giveUp = (problem) => process.send({ problem }, die);

/**
 * Decodes the image of stdin within the limits that the command line has, and ends the process.
 *
 * @param open takes the image's bytes and returns its `header` and `pixels`, a function that takes the order for pixels
 *   and returns their bytes
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
    const reason = String(error.message).slice(0, MAXIMUM_REASON);
    process.send({ problem: 'unreadable', reason }, () => process.exit());
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
