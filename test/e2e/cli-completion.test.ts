import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHELLS } from '../../functions/cli/commands/completion/completion-script.ts';
import { available } from '../integration/tools.ts';
import { COMPILED_CLI, runCli } from './support/cli-process.ts';

const hasBash = available('bash');
const hasZsh = available('zsh');
const hasFish = available('fish');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-completion-'));
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'here'));
  await writeFile(join(folder, 'here', 'photo one.jpg'), '');
  await writeFile(
    join(folder, 'bin', 'cliptag'),
    `#!/bin/sh\nexec '${process.execPath}' '${COMPILED_CLI}' "$@"\n`,
  );
  await chmod(join(folder, 'bin', 'cliptag'), 0o755);
  for (const shell of SHELLS) {
    const { stdout } = await runCli(['completion', shell]);
    await writeFile(join(folder, `script.${shell}`), stdout);
  }
});
afterAll(() => rm(folder, { recursive: true }));

function inShell(shell: string, args: readonly string[]): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, args, {
    cwd: join(folder, 'here'),
    env: {
      ...{ ...process.env, HOME: folder, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` },
      // A language that is not on this machine makes bash complain.
      ...{ LANG: undefined, LC_ALL: 'C.UTF-8' },
    },
    encoding: 'utf8',
    timeout: 170_000,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** Words as a shell has them in its arrays. */
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

const bash = (...words: string[]) =>
  inShell('bash', [
    '--norc',
    '-c',
    `source ../script.bash; COMP_WORDS=(cliptag ${quoted(words)}); COMP_CWORD=${words.length}; _cliptag; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ]);

const zsh = (...words: string[]) =>
  inShell('zsh', [
    '-f',
    '-c',
    // Its completion system, which the script hands words to, is replaced by what prints them.
    `compdef() { :; }; _files() { print -l -- *; }; _describe() { print -l -- \${(P)2}; }
     source ../script.zsh; words=(cliptag ${quoted(words)}); CURRENT=${words.length + 1}; _cliptag`,
  ]);

const fish = (line: string) =>
  inShell('fish', ['--no-config', '-c', `source ../script.fish; complete -C '${line}'`]);

describe.skipIf(!hasBash)('in bash', () => {
  it('completes commands, flags and names', () => {
    expect(bash('sta')).toEqual(['start', 'status']);
    expect(bash('tag', '--lab')).toEqual(['--label', '--labels']);
    expect(bash('tag', '--model', '=', 'emb')).toEqual(['embedded']);
    expect(bash('export', '--set', 'gen')).toEqual(['general']);
  });

  it('leaves files to bash', () => {
    expect(bash('tag', 'pho')).toEqual([]);
  });
});

describe.skipIf(!hasZsh)('in zsh', () => {
  it('completes commands, flags, names and files', () => {
    expect(zsh('sta')).toEqual([
      'start:Run the whole pipeline here: S3, queue, table, page.',
      'status:How many images there are, and how many wait.',
    ]);
    expect(zsh('tag', '--model=emb')).toEqual(['--model=embedded:--model=embedded']);
    expect(zsh('tag', '')).toEqual(['photo one.jpg']);
  });
});

describe.skipIf(!hasFish)('in fish', () => {
  it('completes commands, flags, names and files', () => {
    expect(fish('cliptag sta')).toEqual([
      'start\tRun the whole pipeline here: S3, queue, table, page.',
      'status\tHow many images there are, and how many wait.',
    ]);
    expect(fish('cliptag labels ch')).toEqual([
      'check\tWhat is wrong with files, and what the model makes of them.',
    ]);
    expect(fish('cliptag tag pho')).toEqual([
      expect.stringMatching(/^photo (one|\\ one)\.jpg|^photo\\ one\.jpg/),
    ]);
    expect(fish('cliptag ').length).toBeGreaterThan(20);
  });
});

it('is told for shells that there are', async () => {
  expect(await runCli(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    stderr: 'cliptag completion: expected one of bash, zsh, fish but received "tcsh"\n',
  });
});
