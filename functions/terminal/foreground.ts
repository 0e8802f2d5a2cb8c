import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a shell's job control says of this process. */
export interface JobState {
  /** Whether its process group is the terminal's: only then may it read the terminal, or set it up. Others are stopped for that. */
  readonly isForeground: boolean;
  /** Whether a shell could continue it, once it is stopped: it is not the leader of its session, as the first process of a container is. */
  readonly isJob: boolean;
}

const NOT_KNOWN: JobState = { isForeground: false, isJob: false };

/** How it stands at the moment. Without a controlling terminal it is never in the foreground. */
export function jobState(): JobState {
  try {
    // Windows has no job control.
    if (process.platform === 'win32') return { isForeground: true, isJob: false };
    return process.platform === 'linux'
      ? jobStateIn(readFileSync('/proc/self/stat', 'utf8'))
      : jobStateByPs();
  } catch {
    return NOT_KNOWN;
  }
}

/**
 * @param stat as https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html has it: the program's name, which may have brackets, stands
 *   in brackets
 */
export function jobStateIn(stat: string): JobState {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, , group, session, , terminalGroup] = fields.map(Number);
  return { isForeground: group !== undefined && group === terminalGroup, isJob: group !== session };
}

/** For macOS and the BSDs. */
function jobStateByPs(): JobState {
  const text = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { timeout: 1_000 });
  const [group, terminalGroup] = text.toString().trim().split(/\s+/).map(Number);
  return { isForeground: group !== undefined && group === terminalGroup, isJob: true };
}
