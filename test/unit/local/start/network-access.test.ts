import { execFileSync } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLocalCredentials } from '../../../../functions/config.ts';
import { type NetworkFlags, networkAccess } from '../../../../functions/local/start/network-access.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const TOKEN = 'a-token-of-some-length';
const KEYS = { CLIPTAG_ACCESS_KEY_ID: 'me', CLIPTAG_SECRET_ACCESS_KEY: 'a-secret-of-some-length' };
const open = { host: '0.0.0.0' };

const faultOf = (flags: NetworkFlags, variables: NodeJS.ProcessEnv) =>
  networkAccess(flags, variables).then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('who reaches the pipeline', () => {
  it('is this machine alone, unless told otherwise, and needs nothing', async () => {
    for (const flags of [{}, { host: '127.0.0.1' }, { host: 'localhost' }]) {
      expect(await networkAccess(flags, {})).toEqual({ reach: { host: '127.0.0.1' }, token: undefined });
    }
    expect(await networkAccess({ host: '::1' }, {})).toMatchObject({ reach: { host: '::1' } });
  });

  it('may be other machines, with a token and keys', async () => {
    const { reach, token } = await networkAccess({ ...open, token: TOKEN }, KEYS);
    expect([reach.host, token]).toEqual(['0.0.0.0', TOKEN]);
    expect(reach.isOwnName?.('192.168.1.5:3000')).toBe(true);
    expect(reach.isOwnName?.('evil.example')).toBe(false);
  });

  it.each([
    ['nothing', {}, ['token', 'keys']],
    ['a token alone', { CLIPTAG_TOKEN: TOKEN }, ['keys']],
    ['keys alone', KEYS, ['token']],
    ['the keys that all know', { CLIPTAG_TOKEN: TOKEN, CLIPTAG_SECRET_ACCESS_KEY: 'x'.repeat(30) }, ['keys']],
    [
      'a short secret',
      { ...KEYS, CLIPTAG_TOKEN: TOKEN, CLIPTAG_SECRET_ACCESS_KEY: 'x'.repeat(19) },
      ['keys'],
    ],
  ])('rejects other machines with %s, and says how to make the rest', async (_, variables, missing) => {
    const fault = await faultOf(open, variables);
    expect(
      ['token', 'keys'].filter((one) => fault.includes(`expected ${one === 'token' ? 'a token' : one}`)),
    ).toEqual(missing);
    expect(fault).toContain('export CLIPTAG_');
  });

  it.skipIf(process.platform === 'win32')(
    'rejects them with commands that make what is good enough',
    async () => {
      const commands = (await faultOf(open, {})).match(/^ {2}export CLIPTAG_.*$/gm) ?? [];
      expect(commands).toHaveLength(2);
      const names = ['TOKEN', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'].map((name) => `CLIPTAG_${name}`);
      const printed = names.map((name) => `printf '%s\\n' "$${name}"`).join('; ');
      const values = execFileSync('sh', ['-ec', `${commands.join('\n')}\n${printed}`])
        .toString()
        .split('\n');
      const variables = Object.fromEntries(names.map((name, i) => [name, values[i]]));
      expect((await networkAccess(open, variables)).token).toBe(variables.CLIPTAG_TOKEN);
    },
  );

  it.each([['short'], ['a token with spaces in it'], ['ä'.repeat(30)], ['x'.repeat(2_000)], ['']])(
    'rejects the token %j, wherever it is used',
    async (token) => expect(await faultOf({ token }, {})).toMatch(/^expected a token of 20 to 1024/),
  );

  it('never shows a token that it rejects', async () => {
    expect(await faultOf({ token: 'my very secret one' }, {})).not.toContain('secret');
  });

  it('needs a token where a proxy leads others here', async () => {
    const flags = { 'allowed-host': ['photos.example'] };
    expect(await faultOf(flags, {})).toMatch(/^--allowed-host .* expected a token/);
    const { reach } = await networkAccess({ ...flags, token: TOKEN }, {});
    expect(reach.isOwnName?.('photos.example')).toBe(true);
  });

  it('makes a token and keys in the file that the environment names, once, for its owner alone', async () => {
    const file = join(await temporaryFolder(), 'data', 'access.env');
    const variables = { CLIPTAG_ACCESS_FILE: file };
    const first = await networkAccess(open, variables);
    expect(first.newFile).toBe(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { newFile, token } = await networkAccess(open, variables);
    expect([newFile, token]).toEqual([undefined, first.token]);
    expect(readLocalCredentials(variables)).toEqual({
      accessKeyId: 'cliptag',
      secretAccessKey: expect.stringMatching(/^[\w-]{24}$/),
    });
    const other = join(await temporaryFolder(), 'access.env');
    expect((await networkAccess(open, { CLIPTAG_ACCESS_FILE: other })).token).not.toBe(token);
  });

  it('takes what the environment says before what that file does', async () => {
    const file = join(await temporaryFolder(), 'access.env');
    await writeFile(file, `# Mine.\r\nCLIPTAG_TOKEN=${TOKEN}\r\nCLIPTAG_SECRET_ACCESS_KEY=\nOTHER=1\n`);
    const variables = { CLIPTAG_ACCESS_FILE: file, CLIPTAG_ACCESS_KEY_ID: 'me' };
    expect((await networkAccess({}, variables)).token).toBe(TOKEN);
    expect(readLocalCredentials(variables)).toEqual({ accessKeyId: 'me', secretAccessKey: 'local' });
    const others = { ...variables, CLIPTAG_TOKEN: 'another-one-of-that-length' };
    expect((await networkAccess({}, others)).token).toBe('another-one-of-that-length');
  });

  it('rejects a file of access that cannot be made, and says whose folder it must be', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    expect(await faultOf(open, { CLIPTAG_ACCESS_FILE: join(file, 'access.env') })).toMatch(
      /^CLIPTAG_ACCESS_FILE: .*(ENOTDIR|EEXIST).* must belong to the user/,
    );
  });

  it('takes the token of a file, whose last line may end', async () => {
    const file = join(await temporaryFolder(), 'token');
    await writeFile(file, `${TOKEN}\n`);
    expect(
      (await networkAccess({ 'token-file': file }, { CLIPTAG_TOKEN: 'another-one-of-that-length' })).token,
    ).toBe(TOKEN);
    expect((await networkAccess({}, { CLIPTAG_TOKEN_FILE: file })).token).toBe(TOKEN);
    expect(await faultOf({ 'token-file': `${file}-gone` }, {})).toMatch(/cannot be read: .*ENOENT/);
  });
});
