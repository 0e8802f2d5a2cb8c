import { simulatedBurst } from './burst/simulated-burst.ts';

/**
 * `npm run bench:burst -- [messages] [workers…]`: what a burst of uploads comes to on a new on-demand table, in simulated time.
 * Dead letters that became tagged later cannot be told from others, so `lost` may be below zero.
 */
const [messages = 100_000, ...given] = process.argv.slice(2).map(Number);
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const workers = given.length > 0 ? given : [50, 200, 500];

for (const count of workers) {
  const started = process.cpuUsage();
  const verbose = process.env.BURST_MINUTES !== undefined;
  const figures = await simulatedBurst({
    ...{ messages, workers: count },
    ...(verbose && { onMinute: (line: string) => console.error(line) }),
  });
  const { user, system } = process.cpuUsage(started);
  console.log(
    `${messages} messages, ${count} workers (${Math.round((user + system) / 1e6)} s of a processor)`,
  );
  console.table(figures);
}
