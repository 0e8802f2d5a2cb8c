import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMotoLog } from './moto-server.ts';

/** The last ones tell of what failed; a trace of Python's has some forty. */
const MAXIMUM_LINES = 120;
/** A state of a workflow is told with all that is around it. */
const MAXIMUM_LINE = 400;

/** What every server of Werkzeug begins with, what moto leaves out of every stack, and requests that were answered well. */
const USUAL = [
  /^WARNING: This is a development server|^ \* Running on |^Press CTRL\+C/,
  /^No Moto CloudFormation support for|UserWarning: Tried to parse AWS::|^ {2}parse_resource\(/,
  /^127\.0\.0\.1 - - .*" [123]\d\d -$/,
];

/** What the moto servers of a run have complained of, where a test fails that may have asked them; empty if nothing. */
export function motoComplaints(runFolder: string): string {
  return readdirSync(runFolder)
    .filter(isMotoLog)
    .map((name) => {
      const lines = readFileSync(join(runFolder, name), 'utf8').split('\n');
      const unusual = lines.filter((line) => line.trim() !== '' && !USUAL.some((usual) => usual.test(line)));
      const last = unusual.slice(-MAXIMUM_LINES);
      const shown = last.map((line) => line.slice(0, MAXIMUM_LINE)).join('\n');
      return shown && `${name}, of ${lines.length} lines:\n${shown}\n`;
    })
    .join('');
}
