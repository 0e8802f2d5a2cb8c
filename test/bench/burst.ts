import { parseArgs } from 'node:util';
import { estimatedMilliseconds } from '../../functions/core/cost/cost.ts';
import { enoughShards, NEW_TABLE_WRITE_UNITS } from '../../functions/core/cost/throughput.ts';
import { simulatedBurst } from './burst/simulated-burst.ts';

/**
 * `npm run bench:burst -- [share] [functions…] [--units N] [--shards N] [--same]`: what a burst of 100,000 uploads comes to on an on-demand table,
 * a new one or one that takes N write units a second, in simulated time. With a share of 0.1 there are a tenth of the
 * messages, of the functions and of what table, index and partitions take: the same ratios in a tenth of the time.
 * `--same`: all pictures have the same labels, with one shard and with as many as such functions get, unless `--shards` says.
 */
const MESSAGES = 100_000;
const { values, positionals } = parseArgs({
  options: {
    units: { type: 'string', default: String(NEW_TABLE_WRITE_UNITS) },
    shards: { type: 'string' },
    same: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [share = 1, ...given] = positionals.map(Number);
const writeUnitsPerSecond = Number(values.units);
const functions = given.length > 0 ? given : [50, 200, 500];

/** As synth gives them. */
function shardsFor(count: number): number {
  const of = { megapixels: 4, tags: 5, memoryMegabytes: 3_008 };
  return enoughShards((count * 1_000) / estimatedMilliseconds('vit-b-32-256-datacomp', of));
}

function shardsToTry(count: number): readonly number[] {
  if (values.shards !== undefined) return [Number(values.shards)];
  return values.same ? [1, shardsFor(count)] : [1];
}

for (const count of functions) {
  for (const shards of shardsToTry(count)) {
    const started = process.cpuUsage();
    const figures = await simulatedBurst({
      ...{ messages: MESSAGES * share, workers: Math.round(count * share), share },
      ...{ shards, writeUnitsPerSecond, isSame: values.same },
      onMinute: (line) => console.error(line),
    });
    const { user, system } = process.cpuUsage(started);
    console.log(
      `${count} functions, ${shards} shards, a share of ${share} (${Math.round((user + system) / 1e6)} s of a processor)`,
    );
    console.table(figures);
  }
}
