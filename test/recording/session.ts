import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPseudoTerminal, type PseudoTerminal } from '../e2e/support/pseudo-terminal.ts';
import type { Cast, CastEvent } from './cast.ts';

interface Step {
  readonly terminal: 0 | 1;
  /** A command, or a key where it has no shell below it. */
  readonly types: string;
  /** What stands there once it is done. */
  readonly until: RegExp;
  readonly isKey?: true;
}

const PROMPT = String.raw`\n[^\n]*\$ $`;

/** The first minute with Cliptag, in a folder that holds its tarball, `cat.heic` and an empty folder `pictures`. */
export const STEPS: readonly Step[] = [
  {
    ...{ terminal: 0, types: 'npm install ./cliptag-*.tgz' },
    until: new RegExp(`added \\d+ packages[\\s\\S]*${PROMPT}`),
  },
  { terminal: 0, types: 'npx cliptag start --watch pictures', until: /7 pictures · .*0 waiting/ },
  { terminal: 1, types: 'cp cat.heic pictures/', until: new RegExp(PROMPT) },
  { terminal: 0, types: '', until: /tagged +photos\/pictures\/cat.heic[\s\S]*8 pictures · .*0 waiting/ },
  { terminal: 1, types: 'npx cliptag query --label cat', until: new RegExp(`cat.heic[\\s\\S]*${PROMPT}`) },
  { terminal: 0, types: 'q', isKey: true, until: new RegExp(`Stopping[\\s\\S]*${PROMPT}`) },
];

/** Two terminals, one above the other. */
const TERMINALS = [
  { title: 'Terminal 1', columns: 80, rows: 37 },
  { title: 'Terminal 2', columns: 80, rows: 6 },
] as const;

/** An installation takes its time on a busy machine. */
const PATIENCE_MILLISECONDS = 400_000;

/** How long is waited for people. */
export interface Pace {
  readonly keyMilliseconds: number;
  /** To read what is there. */
  readonly readingMilliseconds: number;
}

/** As somebody types and reads, for who watches the recording. */
export const OF_PEOPLE: Pace = { keyMilliseconds: 45, readingMilliseconds: 2_500 };
export const AT_ONCE: Pace = { keyMilliseconds: 0, readingMilliseconds: 0 };

/** Plays the session at two real terminals, with Bash, and gives all that they wrote. */
export async function playedSession(
  folder: string,
  env: NodeJS.ProcessEnv,
  { keyMilliseconds, readingMilliseconds }: Pace,
): Promise<readonly Cast[]> {
  const shells = TERMINALS.map((size) => openShell(folder, env, size));
  const terminals = shells.map(({ terminal }) => terminal);
  const events = shells.map(({ written }) => written);
  const begin = performance.now();
  const now = () => (performance.now() - begin) / 1000;
  shells.forEach((shell) => {
    shell.clock = now;
  });
  try {
    await Promise.all(terminals.map((terminal) => terminal.until('$ ')));
    for (const { terminal, types, until, isKey } of STEPS) {
      const at = terminals[terminal] as PseudoTerminal;
      await sleep(readingMilliseconds / 5);
      if (types !== '') events[terminal]?.push({ seconds: now(), kind: 'mark', text: types });
      for (const key of types) {
        at.press(key);
        await sleep(keyMilliseconds);
      }
      if (types !== '' && !isKey) at.press('\n');
      await at.until(until, PATIENCE_MILLISECONDS);
      await sleep(types.includes('start') || types.includes('query') ? readingMilliseconds : 0);
    }
  } finally {
    for (const { process } of terminals) process.kill('SIGTERM');
  }
  return TERMINALS.map((size, i) => ({ ...size, events: events[i] ?? [] }));
}

interface Shell {
  readonly terminal: PseudoTerminal;
  readonly written: CastEvent[];
  clock: () => number;
}

function openShell(
  cwd: string,
  env: NodeJS.ProcessEnv,
  size: { readonly columns: number; readonly rows: number },
): Shell {
  const written: CastEvent[] = [];
  // Not by the environment: a shell of root's takes no prompt from there.
  const command = ['bash', '--noprofile', '--rcfile', join(import.meta.dirname, 'shell.rc'), '-i'];
  const shell: Shell = {
    ...{ written, clock: () => 0 },
    terminal: openPseudoTerminal(command, {
      ...{ cwd, size, env },
      onOutput: (text) => written.push({ seconds: shell.clock(), kind: 'output', text }),
    }),
  };
  return shell;
}
