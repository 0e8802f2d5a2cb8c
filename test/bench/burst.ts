import { simulatedBurst } from './burst/simulated-burst.ts';

/**
 * `npm run bench:burst -- [share] [functions…]`: what a burst of 100,000 uploads comes to on a new on-demand table, in simulated
 * time. With a share of 0.1 there are a tenth of the messages, of the functions and of what table, index and partitions take:
 * the same ratios in a tenth of the time.
 */
const MESSAGES = 100_000;
const [share = 1, ...given] = process.argv.slice(2).map(Number);
const functions = given.length > 0 ? given : [50, 200, 500];

for (const count of functions) {
  const started = process.cpuUsage();
  const options = { messages: MESSAGES * share, workers: Math.round(count * share), share };
  const figures = await simulatedBurst({ ...options, onMinute: (line) => console.error(line) });
  const { user, system } = process.cpuUsage(started);
  console.log(
    `${count} functions, a share of ${share} (${Math.round((user + system) / 1e6)} s of a processor)`,
  );
  console.table(figures);
}
