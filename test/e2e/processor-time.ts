import { readdir, readFile } from 'node:fs/promises';

/** The kernel tells of hundredths of seconds, whatever its own clock: https://man7.org/linux/man-pages/man7/time.7.html */
const TICK_MILLISECONDS = 10;

interface ProcessTimes {
  readonly id: number;
  readonly parent: number;
  readonly milliseconds: number;
}

/**
 * The processor time that a process of Linux and all that runs below it have used so far, with that of children that ended:
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function processorMilliseconds(root: number): Promise<number> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(names.map(timesOf))).filter((one) => one !== undefined);
  const sumBelow = (parent: number): number =>
    all
      .filter((one) => one.parent === parent)
      .reduce((sum, { id, milliseconds }) => sum + milliseconds + sumBelow(id), 0);
  return (all.find(({ id }) => id === root)?.milliseconds ?? 0) + sumBelow(root);
}

/** Undefined for a process that has ended meanwhile. */
async function timesOf(name: string): Promise<ProcessTimes | undefined> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
  // Its program's name, the second field, may hold blanks and parentheses.
  const [, parent, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (parent === undefined) return undefined;
  const ticks = fields.slice(9, 13).reduce((sum, field) => sum + Number(field), 0);
  return { id: Number(name), parent: Number(parent), milliseconds: ticks * TICK_MILLISECONDS };
}
