import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasPseudoTerminal } from '../e2e/support/pseudo-terminal.ts';
import { packPackage } from '../package/installed-package.ts';
import { castOf, castText } from './cast.ts';
import { FIRST_MINUTE, sessionSvg, sessionText } from './first-minute.ts';
import { playedInFreshFolder } from './fresh-folder.ts';
import { OF_PEOPLE } from './session.ts';

/**
 * Records the first minute with Cliptag, as its package is installed and used in a fresh folder, at real terminals:
 *
 *   npm run record               plays it, and writes the casts, the film and the text of docs/images
 *   npm run record -- --redraw   makes film and text anew of the casts that are there
 *
 * Ports 3000, 8000 and 9000 must be free.
 */
const { values } = parseArgs({ options: { redraw: { type: 'boolean' } } });

if (!values.redraw) {
  if (!hasPseudoTerminal) throw new Error('Expected python3 on the path, which opens the terminals');
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-record-'));
  try {
    const casts = await playedInFreshFolder(folder, await packPackage(folder), OF_PEOPLE);
    for (const [i, path] of FIRST_MINUTE.casts.entries()) {
      const cast = casts[i];
      if (cast) await writeFile(path, castText(cast));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const casts = await Promise.all(FIRST_MINUTE.casts.map(async (path) => castOf(await readFile(path, 'utf8'))));
await writeFile(FIRST_MINUTE.text, await sessionText(casts));
await writeFile(FIRST_MINUTE.svg, await sessionSvg(casts));
