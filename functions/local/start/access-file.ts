import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../adapters/files/make-folder.ts';
import type { AccessVariables } from '../../config.ts';

const FIRST_LINES = `# What other machines need to reach this Cliptag: the token of the page and the HTTP API, the keys of S3 and DynamoDB.
# Made at the first start. Keep it secret; without it the next start makes another one.
`;

/**
 * Makes a file with a token and keys that nobody knows, for its owner's eyes only, unless it is there; gives whether it was made.
 *
 * @example await makeAccessFile('/data/access.env')
 */
export async function makeAccessFile(path: string): Promise<boolean> {
  if (existsSync(path)) return false;
  const values: AccessVariables = {
    CLIPTAG_TOKEN: secret(),
    CLIPTAG_ACCESS_KEY_ID: 'cliptag',
    CLIPTAG_SECRET_ACCESS_KEY: secret(),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  await makeFolder(dirname(path));
  // Whole or not at all, whenever the power goes.
  const draft = `${path}.draft`;
  await writeFile(draft, `${FIRST_LINES}${lines.join('')}`, { mode: 0o600, flush: true });
  await rename(draft, path);
  return true;
}

/** 144 bits, in letters that neither a shell nor an address takes for signs of its own. */
function secret(): string {
  return randomBytes(18).toString('base64url');
}
