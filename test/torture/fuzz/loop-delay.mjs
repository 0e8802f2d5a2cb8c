// Loaded into the process under test: tells the longest time that its event loop was blocked, whenever it is asked. On a
// machine that does other things as well a process also waits for the processor; so no time counts in which the process
// (all its threads) used less of it.
const TICK_MILLISECONDS = 10;
let last = performance.now();
let used = process.cpuUsage();
let longestMilliseconds = 0;

setInterval(() => {
  const now = performance.now();
  const { user, system } = process.cpuUsage(used);
  longestMilliseconds = Math.max(
    longestMilliseconds,
    Math.min(now - last - TICK_MILLISECONDS, (user + system) / 1_000),
  );
  last = now;
  used = process.cpuUsage();
}, TICK_MILLISECONDS).unref();

process.on('message', (message) => {
  if (message === 'begin') longestMilliseconds = 0;
  process.send?.({ longestMilliseconds });
});
// The fuzzing program has ended, by whatever.
process.on('disconnect', () => process.exit());
process.channel?.unref();
