import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  hasPseudoTerminal,
  openPseudoTerminal,
  type PseudoTerminal,
  tellWithoutPseudoTerminal,
} from './support/pseudo-terminal.ts';
import { makeFolder, repository, waitUntil } from './support.ts';

tellWithoutPseudoTerminal('cliptag start at a terminal');

const ESCAPE = '\u001b';
/** What is set up where lines are edited by the terminal itself. */
const COOKED = /[^-]icanon[\s\S]*[^-]echo /;
const LIVE = /7 pictures · .*?0 waiting · 0 failed/;

describe.skipIf(!hasPseudoTerminal)('cliptag start at a terminal', () => {
  let folder: { folder: string; remove: () => Promise<void> };
  let start: string[];
  const open: PseudoTerminal[] = [];

  beforeAll(async () => {
    folder = await makeFolder();
    const ports = ['s3', 'dynamodb', 'http'].flatMap((name) => [`--${name}-port`, '0']);
    const program = join(inject('programs'), 'cli-program.js');
    start = [process.execPath, program, 'start', '--data', join(folder.folder, 'data'), ...ports];
    const starter = join(folder.folder, 'start');
    await writeFile(starter, `#!/bin/sh\nexec ${start.map((word) => `'${word}'`).join(' ')}\n`);
    await chmod(starter, 0o755);
    const opener = join(folder.folder, 'xdg-open');
    await writeFile(opener, `#!/bin/sh\nprintf '%s' "$1" > '${folder.folder}/opened'\n`);
    await chmod(opener, 0o755);
  });
  afterEach(() => {
    for (const { process: child } of open.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => folder.remove());

  function terminal(command: readonly string[], env: NodeJS.ProcessEnv = {}): PseudoTerminal {
    const path = `${folder.folder}${delimiter}${process.env.PATH}`;
    const opened = openPseudoTerminal(command, { cwd: repository, env: { PATH: path, ...env } });
    open.push(opened);
    return opened;
  }

  /** A shell with job control, and nothing of the user's. */
  function shell(): PseudoTerminal {
    return terminal(['bash', '--norc', '--noprofile', '-i'], { PS1: '$ ', HISTFILE: '' });
  }

  const isServing = async (url: string) => (await fetch(`${url}/status.json`)).ok;

  it('has colours, one live line, and keys', async () => {
    const at = terminal(start);
    await at.until(`Page      ${ESCAPE}[1m${ESCAPE}[36mhttp://127.0.0.1:`);
    await at.until(LIVE);
    at.press(`${ESCAPE}[A?`);
    at.press('?');
    await at.until('o  opens the page');
    at.press('o');
    await waitUntil(
      async () => (await readFile(join(folder.folder, 'opened'), 'utf8').catch(() => '')) !== '',
    );
    expect(await readFile(join(folder.folder, 'opened'), 'utf8')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await at.until(/Opening http:\S+ …/);
    at.press('r');
    await at.until('Retagged 7 pictures');
    at.press('q');
    await at.until('Stopping');
    expect(await at.ended()).toBe(0);
  });

  it('has none of them as NO_COLOR has it, and Ctrl-C ends it as everywhere', async () => {
    const at = terminal(start, { NO_COLOR: '1' });
    await at.until(LIVE);
    expect(at.output()).not.toMatch(new RegExp(`${ESCAPE}\\[\\d*m`));
    at.press('\x03');
    await at.until('Stopping');
    expect(await at.ended()).toBe(0);
  });

  it('is not stopped in the background, gets keys in the foreground, and always gives the terminal back', async () => {
    const at = shell();
    at.press('start &\n');
    const [, url = ''] =
      /Page +.*?(http:\/\/127\.0\.0\.1:\d+)/.exec(await at.until(/Page +[^\n]*?http:\S+\d/)) ?? [];
    await at.until('Ctrl-C stops');
    at.press('q\n'); // the shell's
    await at.until('q: command not found');
    at.press('jobs\n');
    await at.until(/Running +start/);
    expect(await isServing(url)).toBe(true);
    expect(at.output()).not.toMatch(LIVE);

    at.press('fg\n');
    await at.until(LIVE);
    at.press('\x1a');
    await at.until('Stopped');
    at.press('stty -a; jobs\n');
    expect(await at.until(/speed[\s\S]*Stopped +start/)).toMatch(COOKED);

    at.press('bg\n');
    at.press('echo $((6 * 7))\n');
    await at.until(/^42\r/m);
    await waitUntil(() => isServing(url));
    at.press('fg\n');
    await at.until(LIVE);
    at.press('q');
    await at.until('Stopping');
    at.press('echo code $?; stty -a\n');
    expect(await at.until(/code 0[\s\S]*extproc/)).toMatch(COOKED);
  });

  it('gives the terminal back when it is terminated, or crashes', async () => {
    const at = shell();
    at.press('start\n');
    await at.until(LIVE);
    const { pid } = JSON.parse(await readFile(join(folder.folder, 'data', 'running.json'), 'utf8'));
    process.kill(pid, 'SIGTERM');
    await at.until('Stopping');
    at.press('echo code $?; stty -a\n');
    expect(await at.until(/code 0[\s\S]*extproc/)).toMatch(COOKED);

    const keyboard = JSON.stringify(join(repository, 'functions', 'terminal', 'keyboard.ts'));
    const crash = `import(${keyboard}).then(({ openKeyboard }) => { openKeyboard({ onKey() {} }); console.log(process.stdin.isRaw ? 'raw' + '!' : ''); setTimeout(() => { throw new Error('crash') }, 10) })`;
    await writeFile(join(folder.folder, 'crash.mjs'), crash);
    at.press(`'${process.execPath}' --import tsx '${folder.folder}/crash.mjs'; echo code $?; stty -a\n`);
    await at.until(/^raw!/m);
    expect(await at.until(/code 1\r[\s\S]*extproc/)).toMatch(COOKED);
  });
});
