import { decodeInProcess } from '../../../functions/adapters/sandbox/decoding-process.ts';
import { hideCredentials } from '../../../functions/adapters/sandbox/hidden-credentials.ts';

/**
 * Decodes as a function does, by a program that looks for the text that it is sent in what /proc shows of every process of
 * its user. Writes what it found, and what the function itself still knows. `visible` as an argument leaves all as it is.
 */
const worker = new URL('./prying-worker.mjs', import.meta.url);
const [mode, sought = ''] = process.argv.slice(2);
const hidden = mode === 'visible' ? false : hideCredentials();
const { data } = await decodeInProcess<{ readonly bytes: number }>(
  { worker, noun: 'drawing', heapMegabytes: 64 },
  Buffer.from(sought),
  { cpuSeconds: 10, memoryBytes: 2 ** 29, timeoutSeconds: 30 },
  ({ bytes }) => ({ bytes }),
);
const { AWS_SECRET_ACCESS_KEY, AWS_REGION } = process.env;
process.stdout.write(
  JSON.stringify({ hidden, AWS_SECRET_ACCESS_KEY, AWS_REGION, seen: JSON.parse(String(data)) }),
);
