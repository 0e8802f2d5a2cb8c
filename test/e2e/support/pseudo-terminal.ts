import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isOnPath } from '../../integration/tools.ts';
import { waitUntil } from '../support.ts';

export const hasPseudoTerminal = process.platform !== 'win32' && isOnPath('python3');

/** Prints once why tests at a terminal are skipped, if they are. */
export function tellWithoutPseudoTerminal(what: string): void {
  if (!hasPseudoTerminal)
    console.info(`Skipped: ${what}, which takes a pseudo-terminal of Python's (apt-get install python3)`);
}

/** Runs a program at a terminal of its own, and copies what goes in and comes out. */
const PROGRAM = `
import fcntl, os, pty, select, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', int(sys.argv[1]), int(sys.argv[2]), 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        data = os.read(0, 4096)
        if data: os.write(terminal, data)
        else: sources.remove(0)
    if terminal in ready:
        try: data = os.read(terminal, 65536)
        except OSError: break
        if not data: break
        os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`;

/** Node gives no colours where CI is set, whatever the terminal, and others as those variables have it; shells speak English. */
const PLAIN = {
  ...{ CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_DISABLE_COLORS: undefined },
  ...{ COLORTERM: undefined, LANGUAGE: undefined, LC_ALL: 'C.UTF-8' },
};

/** What does not come by then is told with what came in its place. */
const PATIENCE_MILLISECONDS = 100_000;

export interface PseudoTerminal {
  readonly process: ChildProcess;
  /** All that was written to it so far. */
  output(): string;
  /** Presses keys. */
  press(keys: string): void;
  /** Waits until a text is written after those that were waited for before. */
  until(text: string | RegExp, patienceMilliseconds?: number): Promise<string>;
  /** Resolves to the exit code. */
  ended(): Promise<number | null>;
}

export interface PseudoTerminalOptions {
  readonly cwd?: string;
  /** Variables beside those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** @default 140 columns, 40 rows */
  readonly size?: { readonly columns: number; readonly rows: number };
  /** Is told all that is written there, as it comes. */
  readonly onOutput?: (text: string) => void;
}

export function openPseudoTerminal(
  command: readonly string[],
  { cwd, env, size = { columns: 140, rows: 40 }, onOutput = () => {} }: PseudoTerminalOptions = {},
): PseudoTerminal {
  const child = spawn('python3', ['-c', PROGRAM, String(size.rows), String(size.columns), ...command], {
    cwd,
    env: { ...process.env, ...PLAIN, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  // Only then all has come that was written, which may be later than the exit.
  const close = once(child, 'close');
  let hasEnded = false;
  close.then(() => {
    hasEnded = true;
  });
  let output = '';
  let seen = 0;
  child.stdout.on('data', (text: string) => {
    output += text;
    onOutput(text);
  });
  return {
    process: child,
    output: () => output,
    press: (keys) => child.stdin.write(keys),
    async until(text, patienceMilliseconds = PATIENCE_MILLISECONDS) {
      const pattern =
        typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
      let found: RegExpExecArray | null = null;
      const until = Date.now() + patienceMilliseconds;
      await waitUntil(async () => {
        found = pattern.exec(output.slice(seen));
        if (found === null && (hasEnded || Date.now() > until)) {
          throw new Error(
            `Expected ${pattern} at the terminal but received ${JSON.stringify(output.slice(seen))}`,
          );
        }
        return found !== null;
      });
      const [whole] = found as unknown as RegExpExecArray;
      seen += (found as unknown as RegExpExecArray).index + whole.length;
      return whole;
    },
    async ended() {
      await close;
      return child.exitCode;
    },
  };
}
