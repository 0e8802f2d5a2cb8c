// Draws one SVG in a process of its own, which can be killed; drawing.ts starts it and says why. Plain JavaScript,
// so that any Node runs it. The SVG comes on stdin, pixels (RGB, 8 bit) go to stdout, and the rest are
// messages: { header } when the SVG is read, then the size to draw is awaited; or { problem, reason }.
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';

const [cpuSeconds, memoryBytes] = process.argv.slice(2).map(Number);
const WATCH_MILLISECONDS = 20;
const MAXIMUM_REASON = 500;

// As in picture.ts.
sharp.concurrency(1);
sharp.cache(false);

// librsvg runs on another thread and cannot be interrupted, and a plain exit would wait for that thread.
const die = () => process.kill(process.pid, 'SIGKILL');
const giveUp = (problem) => process.send({ problem }, die);

// The parent process has ended.
process.on('disconnect', die);
setInterval(() => {
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1e6 > cpuSeconds) giveUp('too-slow');
  if (process.memoryUsage.rss() > memoryBytes) giveUp('too-much-memory');
}, WATCH_MILLISECONDS);

try {
  const svg = await buffer(process.stdin);
  const open = () => sharp(svg, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels } = await open().metadata();
  const size = once(process, 'message');
  process.send({ header: { width, height, channels } });
  const [drawn] = await size;
  const pixels = await open()
    .resize(drawn.width, drawn.height, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  process.stdout.write(pixels, () => process.exit());
} catch (error) {
  const reason = String(error.message).slice(0, MAXIMUM_REASON);
  process.send({ problem: 'unreadable', reason }, () => process.exit());
}
