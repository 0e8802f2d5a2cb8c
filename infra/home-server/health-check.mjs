// node health-check.mjs DATA_FOLDER: ends with 0 if the pipeline with that data folder answers, and its queue does. It loads nothing
// but Node, for it is run again and again, and prints a line that `docker inspect` shows.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PATIENCE_MILLISECONDS = 8_000;

const [dataFolder = '.cliptag'] = process.argv.slice(2);
const textOf = (path) => (path && existsSync(path) ? readFileSync(path, 'utf8') : '');

function token() {
  const { CLIPTAG_TOKEN, CLIPTAG_TOKEN_FILE, CLIPTAG_ACCESS_FILE } = process.env;
  const made = /^CLIPTAG_TOKEN=(.*)$/m.exec(textOf(CLIPTAG_ACCESS_FILE))?.[1];
  return CLIPTAG_TOKEN || textOf(CLIPTAG_TOKEN_FILE).trim() || made?.trim();
}

async function status() {
  const note = textOf(join(dataFolder, 'running.json'));
  if (note === '') throw new Error(`nothing runs with ${dataFolder}`);
  const answer = await fetch(new URL('/status.json', JSON.parse(note).pageUrl), {
    headers: { authorization: `Bearer ${token()}` },
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  if (!answer.ok) throw new Error(`the status was answered by ${answer.status}`);
  return answer.text();
}

try {
  console.log(await status());
} catch (error) {
  console.log(String(error.cause ?? error));
  process.exitCode = 1;
}
