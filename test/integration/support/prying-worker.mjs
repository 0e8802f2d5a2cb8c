// Looks for its standard input in the environment and the command line of every process that it may look at, and tries to open
// its parent's memory.
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { answer } from '../../../functions/adapters/sandbox/decoding-worker.mjs';

const read = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const opens = (path) => {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
};

await answer((sought) => {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const paths = numbers.flatMap((number) => ['environ', 'cmdline'].map((name) => `/proc/${number}/${name}`));
  const contents = paths.map((path) => [path, read(path)]);
  const places = contents
    .filter(([, text]) => text.includes(sought.toString('latin1')))
    .map(([path]) => path);
  const parent = read(`/proc/${process.ppid}/environ`);
  const found = Buffer.from(
    JSON.stringify({
      ...{ places, parent: process.ppid, seesParent: parent.includes('AWS_REGION=') },
      opens: ['mem', 'maps'].filter((name) => opens(`/proc/${process.ppid}/${name}`)),
    }),
  );
  return { header: { bytes: found.length }, pixels: async () => found };
});
