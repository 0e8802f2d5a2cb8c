import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from '../../functions/local/start/start.ts';
import { repository } from '../e2e/support.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** As `systemd-analyze security` counts: 0 is closed to everything, 10 is open; a service that says nothing has 9.6. */
const MAXIMUM_EXPOSURE = 1.5;

const hasSystemd = spawnSync('systemd-analyze', ['--version'], { timeout: 60_000 }).status === 0;
if (!hasSystemd) console.info('Skipped: what systemd says of its unit (there is no systemd-analyze)');

const unit = () => readFile(join(repository, 'infra/home-server/cliptag.service'), 'utf8');
const settingOf = (text: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';

describe('the unit of systemd', () => {
  it('starts the command as it is, with its state in the one folder that it may write to', async () => {
    const text = await unit();
    const [program, command, ...flags] = settingOf(text, 'ExecStart').split(' ');
    expect([program, command]).toEqual(['cliptag', 'start']);
    for (const flag of flags.filter((one) => one.startsWith('--'))) {
      expect(start.description?.usage).toContain(`[${flag} `);
    }
    expect(settingOf(text, 'StateDirectory')).toBe('cliptag');
    for (const path of [...flags, settingOf(text, 'Environment')].join(' ').match(/[\w%]*\/[^ ]*/g) ?? []) {
      expect(path).toMatch(/^%S\/cliptag/);
    }
  });

  it.skipIf(!hasSystemd)('is right, and closed to nearly everything, as systemd reads it', async () => {
    const path = join(await temporaryFolder(), 'cliptag.service');
    await writeFile(path, (await unit()).replace(/^ExecStart=cliptag /m, `ExecStart=${process.execPath} `));
    const analysed = (...parameters: string[]) =>
      spawnSync('systemd-analyze', [...parameters, path], { encoding: 'utf8', timeout: 120_000 });
    const { status, stderr } = analysed('verify');
    expect([status, stderr]).toEqual([0, '']);
    const threshold = `--threshold=${MAXIMUM_EXPOSURE * 10}`;
    const { status: isOpen, stdout } = analysed('security', '--offline=true', threshold);
    expect([isOpen, /exposure level .*/.exec(stdout)?.[0]]).toEqual([0, expect.any(String)]);
  });
});
