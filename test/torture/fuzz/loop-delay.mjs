// Loaded into the process under test: tells the longest time that its event loop was blocked, whenever it is asked.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 10 });
process.on('message', (message) => {
  if (message === 'begin') delay.reset();
  delay.enable();
  process.send?.({ longestMilliseconds: delay.max / 1e6, late: delay.percentile(99.9) / 1e6 });
});
// The fuzzing program has ended, by whatever.
process.on('disconnect', () => process.exit());
process.channel?.unref();
